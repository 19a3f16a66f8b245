import { PALETTE, SHAPES } from "./svg.js";

/** The style of the graph's page: one column on a phone, drawing and panel side by side where there is room. */
export const PAGE_STYLE = `${PALETTE}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
header{display:flex;flex-wrap:wrap;gap:.4rem 1.2rem;align-items:center;padding:.8rem 1.2rem;border-bottom:1px solid var(--edge)}
h1{font-size:1.15rem;margin:0}h2{font-size:1rem;margin:.2rem 0 .6rem}h3{font-size:.9rem;margin:1rem 0 .3rem}
.counts{margin:0;color:var(--quiet)}
.tabs button{font:inherit;padding:.25rem .8rem;color:var(--ink);background:var(--box);border:1px solid var(--edge);cursor:pointer}
.tabs button:first-child{border-radius:6px 0 0 6px}.tabs button:last-child{border-radius:0 6px 6px 0}
.tabs button[aria-pressed=true]{background:var(--service);border-color:var(--service);color:var(--ground)}
.fit{font:inherit;padding:.25rem .8rem;color:var(--ink);background:var(--box);border:1px solid var(--edge);border-radius:6px;cursor:pointer}.fit[aria-pressed=true]{border-color:var(--service)}.fitted .view svg{max-width:100%;height:auto;flex:0 1 auto}
.legend{grid-column:1/-1;list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;margin:0;padding:.6rem 1.2rem;color:var(--quiet);font-size:.88rem;border-top:1px solid var(--edge)}.legend li{display:inline-flex;gap:.4rem;align-items:center}
button:focus-visible,.scroll:focus-visible,input:focus-visible{outline:2px solid var(--service);outline-offset:2px}
.search{margin-left:auto;color:var(--quiet)}.search input{font:inherit;width:11rem;padding:.2rem .5rem;color:var(--ink);background:var(--box);border:1px solid var(--edge);border-radius:6px}
main{display:grid;grid-template-columns:minmax(0,1fr) 22rem;min-height:60vh}
.view{height:100%;overflow:auto;display:flex}.view[hidden]{display:none}.view svg{margin:auto;flex:none}
aside{padding:1rem 1.2rem;border-left:1px solid var(--edge);overflow-wrap:anywhere}
aside ul{list-style:none;margin:0;padding:0}aside li{padding:.35rem 0;border-top:1px solid var(--edge)}
aside code,td{font-size:.86rem}code{font-family:ui-monospace,monospace}.hint,.note{color:var(--quiet)}
.element,.edge{cursor:pointer;outline:none}.edge .flow{pointer-events:stroke}
.element:focus-visible .shape,.chosen .shape{stroke-width:3.5}.edge:focus-visible .flow,.chosen .flow{stroke-width:3.5;stroke:var(--service)}.chosen .tip{fill:var(--service)}
.dim{opacity:.16}
.tables{padding:0 1.2rem 2rem;border-top:1px solid var(--edge)}.scroll{overflow-x:auto}
table{border-collapse:collapse;margin-top:1.4rem;width:100%}caption{text-align:left;font-weight:600;padding-bottom:.3rem}
th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--edge);vertical-align:top}th{color:var(--quiet);font-weight:500}
@media (max-width:760px){main{grid-template-columns:minmax(0,1fr);min-height:0}aside{border-left:0;border-top:1px solid var(--edge)}.view{max-height:60vh}.search{margin-left:0}}
${SHAPES}`;
