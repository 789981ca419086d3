/** The largest profile that is fetched or opened, as it comes: compressed, as a rule. One of 80,000 stacks has 5 MB. */
export const maxProfileFileBytes = 64 * 1024 * 1024
