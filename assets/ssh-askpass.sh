#!/bin/sh
# What ssh runs when it has a question (SSH_ASKPASS). It hands the question to Ballonet through files beside itself, in a
# folder that only its owner can read, and the answer to ssh. The answer comes by a FIFO and is in no file, no argument
# and no environment: cat passes it on. $1 is the question in ssh's words, SSH_ASKPASS_PROMPT its kind.
[ "$1" = --ballonet-probe ] && exit 0
umask 077
folder=${0%/*}
question=$folder/question.$$
answer=$folder/answer.$$
mkfifo "$answer" || exit 1
printf '%s\n%s' "${SSH_ASKPASS_PROMPT:-}" "$1" >"$question.new" || exit 1
# Whole or not there at all.
mv "$question.new" "$question" || exit 1
{ IFS= read -r verdict && [ "$verdict" = yes ] && exec cat; } <"$answer"
exit 1
