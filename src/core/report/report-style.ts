/** Colours as in the window (Okabe–Ito); on paper black on white, and no chart is cut in two. */
export const reportStyle = `
:root{color-scheme:light dark;--ink:#1b1f24;--dim:#5b6470;--line:#d9dee4;--paper:#fff;--card:#f6f8fa;
--rss:#0072b2;--heap:#009e73;--lazy:#e69f00;--less:#b0568e;--balloon:#d55e00;--used:#5f6b76;--psi:#a33a2c;
--file:#9aa5af;--shmem:#6c7883;--stacks:#56b4a0;--runtime:#56b4e9;--idle:#a8d5f0;--other:#cdb4db}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ed;--dim:#9aa4b0;--line:#333b45;--paper:#14181d;--card:#1c2229;
--rss:#56b4e9;--heap:#22c298;--lazy:#f0ae26;--less:#d98fbf;--balloon:#f07a2b;--used:#9aa7b2;--psi:#f08a7c;
--file:#76828d;--shmem:#55606a;--stacks:#2f8f7c;--runtime:#3c86b3;--idle:#2c4d61;--other:#75608a}}
@media print{:root{--ink:#000;--dim:#444;--line:#ccc;--paper:#fff;--card:#fff;--rss:#0072b2;--heap:#009e73;--lazy:#c98a00;
--less:#b0568e;--balloon:#d55e00;--used:#5f6b76;--psi:#a33a2c;--file:#9aa5af;--shmem:#6c7883;--stacks:#56b4a0;--runtime:#56b4e9;
--idle:#a8d5f0;--other:#cdb4db}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}body{max-width:none;padding:0;font-size:10pt}
h2,h3,h3+p,svg.bar,figcaption{break-after:avoid}table{break-inside:avoid}@page{size:A4;margin:14mm}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1040px;padding:24px 20px;background:var(--paper);color:var(--ink);
font:14px/1.5 system-ui,"Noto Sans","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
h1{font-size:22px;margin:0}h2{font-size:17px;margin:28px 0 8px;padding-top:12px;border-top:1px solid var(--line)}
h3{font-size:14px;margin:18px 0 4px}p{margin:4px 0}.dim,td.dim{color:var(--dim)}
.card{background:var(--card);border:1px solid var(--line);border-left:4px solid var(--rss);border-radius:6px;padding:10px 14px;
margin:10px 0;break-inside:avoid}.card.act{border-left-color:var(--balloon)}.card.watch{border-left-color:var(--lazy)}
.level{font-weight:600}.card ul{margin:4px 0;padding-left:18px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:3px 10px 3px 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
table+table{margin-top:12px}th{font-weight:600;color:var(--dim)}td.n,th.n{text-align:right;white-space:nowrap}tr{break-inside:avoid}
table.facts th{width:180px;white-space:nowrap}
figure{margin:12px 0;break-inside:avoid}figcaption{font-weight:600;margin-bottom:4px}
svg{display:block;width:100%;height:auto}
.key{font-weight:400;margin-left:12px;white-space:nowrap}.key::before{content:"";display:inline-block;width:14px;height:3px;
border-radius:2px;margin-right:5px;vertical-align:3px;background:currentColor}
.key.s-rss{color:var(--rss)}.key.s-hostUsed{color:var(--used)}.key.s-heapInuse{color:var(--heap)}.key.s-lazyFree{color:var(--lazy)}
.key.s-rssLessLazyFree{color:var(--less)}.key.s-psi{color:var(--psi)}
.grid{stroke:var(--line);stroke-width:1}text{fill:var(--dim);font-size:11px;font-family:inherit}
text.value,text.time.last{text-anchor:end!important}text.time,text.empty{text-anchor:middle}text.label{fill:var(--ink)}
.line{fill:none;stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}
.line.s-rss{stroke:var(--rss)}.line.s-hostUsed{stroke:var(--used)}.line.s-heapInuse{stroke:var(--heap)}.line.s-lazyFree{stroke:var(--lazy)}
.line.s-rssLessLazyFree{stroke:var(--less);stroke-dasharray:5 3}.line.s-psi{stroke:var(--psi)}
.moment{stroke:var(--dim);stroke-width:1;stroke-dasharray:2 3;fill:none}.moment.verdict{stroke:var(--less)}
rect.moment{stroke:none;fill:var(--balloon);opacity:.16}
svg.bar{height:18px;margin:6px 0;border-radius:3px}
.swatch{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:7px}
.b-file{fill:var(--file);background:var(--file)}.b-shmem{fill:var(--shmem);background:var(--shmem)}.b-heapInuse{fill:var(--heap);background:var(--heap)}.b-stacks{fill:var(--stacks);background:var(--stacks)}.b-runtime{fill:var(--runtime);background:var(--runtime)}.b-heapIdle{fill:var(--idle);background:var(--idle)}.b-lazyFree{fill:var(--lazy);background:var(--lazy)}.b-other{fill:var(--other);background:var(--other)}
@media (max-width:640px){body{padding:14px 10px}table.facts th{width:124px;white-space:normal;overflow-wrap:normal}
figure{overflow-x:auto}figure svg{min-width:600px}}
`
