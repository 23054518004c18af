/** Use a USBKEY from a web page. */
export type ErrorCode =
  | "ERR_UKEY_NO_EXTENSION" | "ERR_UKEY_NO_AGENT" | "ERR_UKEY_VERSION" | "ERR_UKEY_INSECURE_CONTEXT"
  | "ERR_UKEY_ORIGIN_DENIED" | "ERR_UKEY_USER_CANCELLED" | "ERR_UKEY_CONSENT_DENIED" | "ERR_UKEY_TIMEOUT"
  | "ERR_UKEY_BUSY" | "ERR_UKEY_RATE" | "ERR_UKEY_NO_TOKEN" | "ERR_UKEY_NO_CERT" | "ERR_UKEY_CERT_EXPIRED"
  | "ERR_UKEY_PIN_INCORRECT" | "ERR_UKEY_PIN_LOCKED" | "ERR_UKEY_PIN_IN_REQUEST" | "ERR_UKEY_NO_PIN_UI"
  | "ERR_UKEY_BAD_PARAMS" | "ERR_UKEY_TOO_LARGE" | "ERR_UKEY_FORBIDDEN_DATA" | "ERR_UKEY_UNSUPPORTED"
  | "ERR_UKEY_TOKEN_REMOVED" | "ERR_UKEY_INVALID" | "ERR_UKEY_INTERNAL";

export class UkeyError extends Error {
  readonly code: ErrorCode;
  /** PIN tries left, with ERR_UKEY_PIN_INCORRECT. */
  readonly retriesLeft?: number;
}

export interface CallOptions {
  /** Language of the agent's windows (BCP 47); the page's unless given. */
  lang?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface StreamOptions extends CallOptions {
  onProgress?(done: number, total: number): void;
}

export interface Cert {
  /** First 16 bytes of SHA-256 of the DER, in hexadecimal. */
  id: string;
  /** The same for both certificates of a key. */
  pairId: string;
  usage: "sign" | "encrypt";
  algorithm: "SM2" | "RSA";
  subject: string;
  commonName: string | null;
  issuer: string;
  serial: string;
  notBefore: string;
  notAfter: string;
  der: Uint8Array;
}

export interface AuthToken {
  format: "ukey-auth:1.0";
  /** Base64 of DER. */
  unverifiedCertificate: string;
  algorithm: "SM2-SM3" | "RS256";
  /** Base64; SM2: r ‖ s. */
  signature: string;
  appVersion: string;
}

export interface Signature {
  signature: Uint8Array;
  certificate: Uint8Array;
  algorithm: "SM2-SM3" | "RS256";
}

export interface SignOptions extends StreamOptions {
  certId: string;
  /** "cms": GB/T 35275 for SM2, RFC 5652 for RSA. "pkcs7": RFC 5652. "raw": r ‖ s, or PKCS#1. "der": SEQUENCE of r and s. */
  format?: "raw" | "der" | "cms" | "pkcs7";
  detached?: boolean;
  signedAttrs?: boolean;
  /** Shown in the window as what the site says. */
  description?: string;
}

export type SignInput =
  | { data: Uint8Array | ArrayBuffer | string; name?: string }
  | { file: Blob; name?: string }
  | { digest: Uint8Array; digestKind: "sha256" | "sm3-z" };

export interface Ukey {
  status(options?: CallOptions): Promise<{ extension: string; agent: string; tokens: number; methods: string[] }>;
  listCertificates(
    filter?: { usage?: "sign" | "encrypt"; algorithm?: "SM2" | "RSA"; issuer?: string; valid?: boolean },
    options?: CallOptions,
  ): Promise<Cert[]>;
  authenticate(nonce: string, options?: CallOptions & { certId?: string }): Promise<AuthToken>;
  sign(input: SignInput, options: SignOptions): Promise<Signature>;
  encrypt(data: Blob, options: StreamOptions & { recipients: (Uint8Array | string)[] }): Promise<Blob>;
  encrypt(data: Uint8Array | ArrayBuffer | string, options: StreamOptions & { recipients: (Uint8Array | string)[] }): Promise<Uint8Array>;
  decrypt(envelope: Blob, options?: StreamOptions & { certId?: string; name?: string }): Promise<Blob>;
  decrypt(envelope: Uint8Array | ArrayBuffer, options?: StreamOptions & { certId?: string; name?: string }): Promise<Uint8Array>;
  verify(
    input: { signature: Uint8Array; data?: Uint8Array | string; certificate?: Uint8Array | string },
    options?: CallOptions,
  ): Promise<{ valid: boolean; signers: Uint8Array[]; data?: Uint8Array }>;
  random(length: number, options?: CallOptions): Promise<Uint8Array>;
  checkPin(certId: string, options?: CallOptions): Promise<void>;
  changePin(certId: string, options?: CallOptions): Promise<void>;
  pinTries(certId: string, options?: CallOptions): Promise<{ triesLeft: number; maxTries: number }>;
  deviceInfo(certId: string, options?: CallOptions): Promise<{
    label: string; manufacturer: string; model: string; serial: string;
    hardwareVersion: string; firmwareVersion: string; totalSpace: number; freeSpace: number;
  }>;
  on(event: "tokenchange", callback: () => void): () => void;
  /** Uses the agent's loopback channel (`ukey-agent serve`) from now on, such as "ws://127.0.0.1:21188". */
  useAgent(url: string): void;
}

export const ukey: Ukey;
export default ukey;
export function toBase64(bytes: Uint8Array): string;
export function fromBase64(text: string): Uint8Array;
