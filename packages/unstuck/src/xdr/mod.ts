/** The runtime of RFC 4506: reader, writer, primitives, and types as data. Pure. */
export type { Codec, Fixed } from "./codec.js";
export { type Enum, type EnumOf, enumeration, nameOf } from "./enumeration.js";
export { MAX_DEPTH, UNBOUNDED, XdrError, type XdrErrorCode } from "./error.js";
export { type DecodeOptions, decode, encode, locateDecode, locateEncode } from "./locate.js";
export {
  array,
  arrayFixed,
  bool,
  chain,
  double,
  float,
  int32,
  int64,
  list,
  opaque,
  opaqueFixed,
  optional,
  string,
  uint32,
  uint64,
  xdrVoid,
} from "./primitives.js";
export { XdrReader } from "./reader.js";
export { type SampleOptions, sample } from "./sample.js";
export { type AnyCodec, type Arm, arm, type Field, type Ref, type Shape, struct, union } from "./shape.js";
export { type Span, spanOf, viewOf } from "./span.js";
export { decodeUtf8, encodeUtf8 } from "./text.js";
export { wordsOf, XdrWriter } from "./writer.js";
