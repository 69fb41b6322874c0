export { dependsOn, gradients } from "./gradients.js";
