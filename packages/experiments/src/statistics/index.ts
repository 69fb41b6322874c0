export { bootstrap, type Interval } from "./interval.js";
export { criticalT } from "./student.js";
