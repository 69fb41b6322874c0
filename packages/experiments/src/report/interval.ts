import { intervalPicture } from "../record/interval.js";
import type { MeasureRecord } from "../record/measure.js";

/** A measure's small picture as SVG; nothing for identities. */
export function intervalPlot(measure: MeasureRecord): string {
  const picture = intervalPicture(measure);
  if (!picture) return "";
  const { width, height, band, side, bounds, seeds, interval, effect } = picture;
  const middle = band / 2;
  const parts = [
    side &&
      `<rect x="${side.x}" width="${side.width}" height="${band}" rx="3" fill="var(--confirmed)" fill-opacity="0.13"/>`,
    `<line x2="${width}" y1="${middle}" y2="${middle}" stroke="var(--line)"/>`,
    ...bounds.map(
      ({ x, text, anchor }) =>
        `<line x1="${x}" x2="${x}" y2="${band}" stroke="var(--soft)" stroke-dasharray="2 2"/><text x="${x}" y="${height}" text-anchor="${anchor}" font-size="10" fill="var(--soft)">${text}</text>`,
    ),
    ...seeds.map(
      (x) =>
        `<line x1="${x}" x2="${x}" y1="${middle - 4}" y2="${middle + 4}" stroke="currentColor" stroke-opacity="0.5"/>`,
    ),
    interval &&
      `<line x1="${interval.from}" x2="${interval.to}" y1="${middle}" y2="${middle}" stroke="currentColor" stroke-width="2.5"/>`,
    `<circle cx="${effect}" cy="${middle}" r="4" fill="currentColor"/>`,
  ];
  const { verdict } = measure;
  return `<svg class="interval${verdict ? ` ${verdict}` : ""}" viewBox="0 0 ${width} ${height}" aria-hidden="true">${parts.filter(Boolean).join("")}</svg>`;
}
