export { type Loss, type LossName, losses, lossOf } from "./losses.js";
