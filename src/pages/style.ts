import { PALETTE, SHAPES } from "../report/graph/svg.js";

/** The one style sheet of all pages. Colours follow the reader's scheme; one column on a phone. */
export const STYLE = `${PALETTE}
:root{color-scheme:light dark;--link:#0969da;--raised:#f6f8fa;--red:#c41e25;--redish:#ffebe9;--amber:#7d4e00;--amberish:#fff8c5;--green:#116329;--greenish:#dafbe1;--blueish:#ddf4ff;--own:#fff8c5}
@media (prefers-color-scheme:dark){:root{--link:#6cb0ff;--raised:#151b23;--red:#ff8f88;--redish:#3c1618;--amber:#e3b341;--amberish:#332701;--green:#56d364;--greenish:#10311c;--blueish:#10253d;--own:#3a2f07}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif;overflow-wrap:break-word}
a{color:var(--link);text-underline-offset:.15em}
:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:3px}
main:focus{outline:none}
.skip{position:absolute;left:-999rem}.skip:focus{left:1rem;top:.5rem;background:var(--ground);padding:.5rem 1rem;z-index:1}
.top{display:flex;flex-wrap:wrap;align-items:center;gap:.3rem 1.25rem;padding:.7rem max(1.25rem,calc((100% - 70rem)/2));border-bottom:1px solid var(--edge);background:var(--raised)}
.brand{display:inline-flex;gap:.45rem;align-items:center;font-weight:650;color:var(--ink);text-decoration:none}.brand svg{color:var(--red)}
.trail ol{display:flex;flex-wrap:wrap;list-style:none;margin:0;padding:0}.trail li+li::before{content:"/";color:var(--quiet);margin:0 .5rem}
.who{margin:0 0 0 auto;display:flex;gap:.7rem;align-items:center;color:var(--quiet)}
button,.button{font:inherit;font-size:.9rem;padding:.25rem .75rem;border:1px solid var(--line);border-radius:6px;background:var(--ground);color:var(--ink);cursor:pointer}
.button{display:inline-block;padding:.5rem 1.1rem;background:var(--green);border-color:var(--green);color:var(--ground);text-decoration:none;font-weight:600}
main{max-width:72.5rem;margin:0 auto;padding:1.5rem 1.25rem 4rem}
h1{font-size:1.6rem;line-height:1.3;margin:0 0 .4rem;font-weight:650}
h2{font-size:1.2rem;margin:0 0 .8rem;font-weight:650}
h3{font-size:1.05rem;line-height:1.4;margin:0 0 .5rem;font-weight:650}
.label{font-size:.95rem;margin:1rem 0 .4rem;font-weight:650}
p{margin:0 0 .8rem;max-width:75ch}
section{margin-top:2.4rem}
code{font:.86em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--raised);border-radius:4px;padding:.1em .3em;overflow-wrap:anywhere}
a code{background:none;padding:0}
.quiet,.meta,.note,.accept{color:var(--quiet)}.meta{font-size:.95rem}.note{font-size:.95rem}
.count{font-weight:500;font-size:.9rem;color:var(--quiet);background:var(--raised);border:1px solid var(--edge);border-radius:1rem;padding:.05rem .6rem;margin-left:.3rem}
.verdict{display:inline-block;font-size:.95rem;vertical-align:.2em;line-height:1.5;padding:.1rem .75rem;border-radius:2rem;margin-right:.35rem;border:1px solid}
.fail{color:var(--red)}.pass{color:var(--green)}.verdict.fail{background:var(--redish)}.verdict.pass{background:var(--greenish)}.verdict.neutral{background:var(--raised);color:var(--ink)}
.notice{border-left:4px solid var(--amber);background:var(--amberish);padding:.6rem .9rem;border-radius:0 6px 6px 0;max-width:none}
.tally{display:flex;flex-wrap:wrap;gap:.6rem;margin:1rem 0 0}
.tally div{border:1px solid var(--edge);border-radius:8px;padding:.4rem .9rem;min-width:6.2rem;display:flex;flex-direction:column-reverse}
.tally dt{color:var(--quiet);font-size:.88rem}.tally dd{margin:0;font-size:1.35rem;font-weight:650;line-height:1.2;font-variant-numeric:tabular-nums}
.tally .introduced dd,.tally .worsened dd,strong.introduced{color:var(--red)}.tally .fixed dd,.tally .improved dd,strong.fixed{color:var(--green)}.tally .none dd{color:var(--quiet);font-weight:500}
.drawing{overflow:auto;border:1px solid var(--edge);border-radius:8px;padding:.5rem;max-height:80vh}.drawing svg{display:block;margin:auto}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;margin:.6rem 0;padding:0;color:var(--quiet);font-size:.88rem}.legend li{display:inline-flex;gap:.4rem;align-items:center}
.drawing.narrow{display:none}.drawing.narrow svg{max-width:100%;height:auto}
.changes{list-style:none;margin:.6rem 0;padding:0}.changes li{padding:.2rem 0 .2rem .8rem;border-left:3px solid}.changes li+li{margin-top:.25rem}.changes .added{border-color:var(--green)}.changes .removed{border-color:var(--red)}
.finding{border:1px solid var(--edge);border-left:4px solid var(--line);border-radius:8px;padding:1rem 1.2rem;margin:0 0 1rem;background:var(--ground)}
.finding.error{border-left-color:var(--red)}.finding.warning{border-left-color:var(--amber)}.finding.info{border-left-color:var(--link)}
:target{box-shadow:0 0 0 3px var(--link)}
.chips{display:flex;flex-wrap:wrap;gap:.35rem .45rem;align-items:center;font-size:.9rem}
.chip{display:inline-block;font-size:.8rem;line-height:1.5;padding:.05rem .55rem;border-radius:1rem;background:var(--raised);border:1px solid var(--edge);color:var(--ink);white-space:nowrap}
.chip.error,.chip.blocks{background:var(--redish);border-color:transparent;color:var(--red)}.chip.warning{background:var(--amberish);border-color:transparent;color:var(--amber)}.chip.info{background:var(--blueish);border-color:transparent;color:var(--link)}
.chip.blocks{background:var(--red);color:var(--ground);font-weight:600}
.rule{color:var(--quiet);font-size:.82rem}a.rule{color:var(--link)}a.rule code{font-size:1em}
.told>div{min-width:0}
@media (min-width:62rem){.told:has(>.where){display:grid;grid-template-columns:minmax(0,5fr) minmax(0,6fr);gap:0 2rem}.where .label{margin-top:0}}
.fix{border-left:3px solid var(--green);padding-left:.8rem}.fix strong{color:var(--green)}
.accept{font-size:.92rem;margin:.6rem 0 0}details.accept p{margin:.3rem 0 0}
.places{margin:.3rem 0;padding-left:1.4rem}.places li{padding:.25rem 0}.places li::marker{color:var(--quiet);font-size:.85rem}
pre{margin:.5rem 0;overflow-x:auto;border:1px solid var(--edge);border-radius:6px;background:var(--raised);font:.84rem/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:normal}
pre code{display:block;width:max-content;min-width:100%;padding:.4rem 0;background:none;font:inherit}
pre span{display:block;padding:0 .9rem}
.source span::before{content:attr(data-line);display:inline-block;width:3.2em;margin-right:1em;text-align:right;color:var(--quiet)}
.source span{padding-left:0}.own{background:var(--own);box-shadow:inset 3px 0 var(--amber)}
.change{margin:.8rem 0}figcaption{color:var(--quiet);font-size:.92rem}.plus{background:var(--greenish)}.minus{background:var(--redish)}
.lines{list-style:none;margin:0;padding:0}.lines li{padding:.5rem 0;border-top:1px solid var(--edge)}.lines li:first-child{border-top:0}
details>summary{cursor:pointer;color:var(--link);padding:.3rem 0}
.fold{border-top:1px solid var(--edge)}.fold>summary{color:var(--ink);padding:.6rem .2rem}.fold .finding{margin:.2rem 0 1rem}.fold .finding h3{font-size:1rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;margin:.4rem 0 1rem;font-size:.95rem}caption{text-align:left;font-weight:650;padding:.6rem 0 .2rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .9rem .4rem 0;border-bottom:1px solid var(--edge)}thead th{color:var(--quiet);font-weight:500;white-space:nowrap}tbody th{font-weight:400}th[scope=rowgroup]{padding-top:1rem;font-weight:650}
td{overflow-wrap:break-word}.checklist{max-width:46rem}.state{white-space:nowrap;width:9.5rem}.state.unknown,.state.not-applicable{color:var(--quiet)}.changed .state:last-child{font-weight:650}
.chart svg{width:100%;max-width:46rem;height:auto;max-height:14rem;display:block}.chart rect.introduced{fill:var(--red)}.chart rect.fixed{fill:var(--green)}.axis{font:11px system-ui,sans-serif;fill:var(--quiet)}.zero{stroke:var(--line)}
@media (max-width:40rem){main{padding:1.1rem 1rem 3rem}.top{padding:.7rem 1rem}h1{font-size:1.3rem}.finding{padding:.8rem .9rem}.tally div{min-width:0;flex:1 1 28%}.state{width:auto;white-space:normal}.drawing.wide{display:none}.drawing.narrow{display:block}th,td{padding-right:.6rem}}
.prose h1{margin-bottom:1rem}.prose h2{margin-top:2rem}.prose h3{margin-top:1.5rem}.prose pre code{padding:.5rem .9rem}.prose li{max-width:75ch;margin:.2rem 0}
@media (max-width:40rem){.axis{font-size:21px}}
@media print{.top,.skip{display:none}}
${SHAPES}
`;
