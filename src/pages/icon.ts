/** The mark of the product, in the colour of what is around it. */
export const MARK =
  '<path d="M2 11h4l2-7 3.5 13 2.5-8 1.2 2H18" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>';

/** The mark as a picture of its own, for the tab of a browser. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20" color="#c41e25"><style>@media (prefers-color-scheme:dark){svg{color:#ff8f88}}</style>${MARK}</svg>`;
