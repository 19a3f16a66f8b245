/**
 * The script of the graph's page: choose to see evidence, find by name, switch between before and after. It builds text
 * nodes only, never markup, so that no name can become an element.
 */
export const PAGE_SCRIPT = String.raw`
(() => {
  const views = JSON.parse(document.getElementById("data").textContent);
  const panel = document.querySelector("aside");
  const current = () => document.querySelector(".view:not([hidden])");
  const data = () => views.find(({ view }) => view === current().dataset.view);
  const make = (tag, text, className) => {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const place = ({ path, startLine, endLine }) => path + ":" + startLine + (endLine > startLine ? "-" + endLine : "");
  const name = (id) => id.slice(id.indexOf(":") + 1);

  function list(title, items) {
    if (items.length === 0) return [];
    const ul = make("ul");
    for (const parts of items) {
      const li = make("li");
      li.append(...parts);
      ul.append(li);
    }
    return [make("h3", title), ul];
  }

  function show(title, changed, blocks) {
    panel.replaceChildren(make("h2", title), ...(changed === "same" ? [] : [make("p", changed + " by this change", "note")]), ...blocks);
  }

  function showEdge(edge) {
    show(name(edge.from) + " " + edge.kind + " " + name(edge.to), edge.change, [
      ...list("Operations", edge.labels.map((label) => [make("code", label)])),
      ...list("Evidence", edge.evidence.map((one) => [make("code", place(one)), make("div", one.note, "note")])),
    ]);
  }

  function showElement(element, edges) {
    const line = (edge, other) => [make("span", edge.kind + " "), make("code", name(other)), make("div", edge.labels.join(", "), "note")];
    show(element.label, element.change, [
      ...(element.detail ? [make("p", element.kind + ", " + element.detail, "note")] : []),
      ...list("Outgoing", edges.filter(({ from }) => from === element.id).map((edge) => line(edge, edge.to))),
      ...list("Incoming", edges.filter(({ to }) => to === element.id).map((edge) => line(edge, edge.from))),
    ]);
  }

  function choose(target) {
    const view = current();
    const { elements, edges } = data();
    const group = target.closest(".element, .edge");
    view.querySelectorAll(".chosen, .dim").forEach((one) => one.classList.remove("chosen", "dim"));
    if (!group) return;
    group.classList.add("chosen");
    const edge = edges[group.dataset.edge];
    const id = group.dataset.id;
    const touches = (one) => (edge ? one === edge : one.from === id || one.to === id);
    const near = new Set(edges.filter(touches).flatMap(({ from, to }) => [from, to]).concat(id ?? []));
    view.querySelectorAll(".edge").forEach((one) => one.classList.toggle("dim", !touches(edges[one.dataset.edge])));
    view.querySelectorAll(".element").forEach((one) => one.classList.toggle("dim", !near.has(one.dataset.id)));
    if (edge) showEdge(edge);
    else showElement(elements.find((one) => one.id === id), edges);
  }

  document.querySelectorAll(".element, .edge").forEach((one) => {
    one.setAttribute("tabindex", "0");
    one.setAttribute("role", "button");
    one.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(one); }
    });
  });
  document.querySelector(".views").addEventListener("click", (event) => choose(event.target));
  document.querySelectorAll(".tabs button").forEach((button) => button.addEventListener("click", () => {
    document.querySelectorAll(".tabs button").forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
    document.querySelectorAll(".view").forEach((view) => { view.hidden = view.dataset.view !== button.dataset.view; });
  }));
  const fit = document.querySelector(".fit");
  const shown = document.querySelector(".views");
  const wider = () => [...shown.querySelectorAll("svg")].some((svg) => svg.width.baseVal.value > shown.clientWidth || shown.classList.contains("fitted"));
  fit.hidden = !wider();
  addEventListener("resize", () => { fit.hidden = !wider(); });
  fit.addEventListener("click", () => {
    const on = shown.classList.toggle("fitted");
    fit.setAttribute("aria-pressed", String(on));
  });
  document.querySelector(".search input").addEventListener("input", ({ target }) => {
    const wanted = target.value.trim().toLowerCase();
    current().querySelectorAll(".element").forEach((one) => one.classList.toggle("dim", wanted !== "" && !one.dataset.id.toLowerCase().includes(wanted)));
    current().querySelectorAll(".edge").forEach((one) => one.classList.toggle("dim", wanted !== ""));
  });
})();
`;
