/** Near enough to GitHub's own to know one's way about. */
export const CONVERSATION_STYLE = `
:root{color-scheme:light dark;--ground:#fff;--ink:#1f2328;--quiet:#59636e;--edge:#d1d9e0;--box:#f6f8fa;--link:#0969da;--green:#116329;--greenish:#dafbe1;--red:#c41e25;--redish:#ffebe9}
@media (prefers-color-scheme:dark){:root{--ground:#0d1117;--ink:#f0f6fc;--quiet:#9198a1;--edge:#3d444d;--box:#151b23;--link:#6cb0ff;--green:#56d364;--greenish:#10311c;--red:#ff8f88;--redish:#3c1618}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif;overflow-wrap:break-word}
a{color:var(--link)}:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.bar{padding:.6rem max(1rem,calc((100% - 60rem)/2));background:var(--box);border-bottom:1px solid var(--edge)}.bar span,.quiet{color:var(--quiet)}
main{max-width:62rem;margin:0 auto;padding:1.2rem 1rem 4rem}
h1{font-size:1.55rem;line-height:1.3;margin:.2rem 0 .6rem;font-weight:500}h2{font-size:1.05rem;margin:2rem 0 .7rem}h3,h4{font-size:1rem;margin:1rem 0 .4rem}p{margin:.5rem 0}
code{font:.86em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--box);border-radius:4px;padding:.1em .3em;overflow-wrap:anywhere}a code{background:none;padding:0}
.state{display:inline-block;padding:.15rem .8rem;border-radius:2rem;color:var(--ground);background:var(--green);font-weight:600;margin-right:.4rem}.state.merged{background:#7341c9;color:#fff}.state.closed{background:var(--red)}
.item,.thread{border:1px solid var(--edge);border-radius:6px;margin:0 0 1rem;overflow:hidden}.item>summary{padding:.5rem 1rem;color:var(--quiet);cursor:pointer}
.byline,.path{margin:0;padding:.45rem 1rem;background:var(--box);border-bottom:1px solid var(--edge);color:var(--quiet)}.byline strong{color:var(--ink)}.path{font:.86rem ui-monospace,monospace;color:var(--ink)}
.label{border:1px solid var(--edge);border-radius:1rem;padding:0 .5rem;font-size:.8rem}
.body{padding:.4rem 1rem .8rem}.body ul{padding-left:1.4rem}.body li{margin:.2rem 0}
.thread .item{border:0;margin:0}.thread .comment{margin:.8rem;border:1px solid var(--edge);border-radius:6px;overflow:hidden}
pre{margin:.5rem 0;overflow-x:auto;background:var(--box);border:1px solid var(--edge);border-radius:6px;font:.84rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}pre code{display:block;width:max-content;min-width:100%;padding:.4rem .8rem;background:none;font:inherit}
.thread>pre{margin:0;border-width:0 0 1px;border-radius:0}.thread>pre code,.file code{padding:0}
pre span{display:block;padding-right:.8rem}pre span[data-line]::before{content:attr(data-line);display:inline-block;width:3em;margin-right:.9em;padding-right:.5em;text-align:right;color:var(--quiet)}
.plus{background:var(--greenish)}pre.mermaid{background:none;text-align:center;padding:.8rem}body:not(.drawn) pre.mermaid{text-align:left}.mermaid svg{max-width:100%;height:auto}.minus{background:var(--redish)}.file span:target{background:var(--greenish)}
.suggestion{margin:.6rem 0;border:1px solid var(--edge);border-radius:6px;padding:.4rem .8rem .7rem}figcaption{color:var(--quiet);font-size:.9rem}.suggestion button{font:inherit;font-size:.9rem;padding:.2rem .8rem;border:1px solid var(--edge);border-radius:6px}
.check{border:1px solid var(--edge);border-radius:6px;padding:.7rem 1rem}.check.success{border-color:var(--green)}.check.failure{border-color:var(--red)}.check.success>span:first-child{color:var(--green)}.check.failure>span:first-child{color:var(--red)}
details>summary{cursor:pointer}.item>details{padding:0 1rem .6rem}table{border-collapse:collapse;margin:.6rem 0;display:block;overflow-x:auto}th,td{border:1px solid var(--edge);padding:.25rem .7rem;text-align:left}
`;
