// The queue alone: one key opens the first case.

import { listen } from "./keys.js";

const next = document.getElementById("work").dataset.next;
const open = () => { if (next) location.assign(next); };
listen({ n: open, j: open });
