export { type DrawOptions, drawPlot, type Needs, needsOf } from "./draw.js";
export type * from "./figure.js";
export { cellText, type FigureLayout, layoutOf, type PanelLayout } from "./layout.js";
export { type SeriesStyle, seriesColorRules, seriesOf, seriesStyles } from "./series.js";
export { isOnLogAxis, logTicks, type Ticks } from "./ticks.js";
