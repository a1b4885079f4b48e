/** Writers of what a run left behind: for eyes, for Wireshark, for Perfetto, for programs. Pure. */
export { JSON_TRACE_VERSION, jsonTrace } from "./json.js";
export { pcapng } from "./pcapng.js";
export { perfettoTrace } from "./perfetto.js";
export { rpcdebugLog } from "./rpcdebug.js";
export { type Summary, summarize, summaryText } from "./summary.js";
export { type TextOptions, type TextSubject, textTranscript } from "./text.js";
export { tcpdumpText } from "./wire.js";
