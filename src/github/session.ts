import { hkdfSync } from "node:crypto";
import { EncryptJWT, jwtDecrypt, type JWTPayload } from "jose";

/** What is sealed in a cookie, and for what: one cannot stand in for the other. */
export type Purpose = "session" | "state";

/** Seals what a browser keeps for us, so that it can neither be read nor changed there, and ends by itself. */
export interface Seals {
  seal(purpose: Purpose, values: Readonly<Record<string, string>>, seconds: number): Promise<string>;
  /** `null`: it is none of ours, was sealed for something else, or its time is over. */
  open(purpose: Purpose, sealed: string): Promise<Readonly<Record<string, string>> | null>;
}

const METHOD = { alg: "dir", enc: "A256GCM" } as const;

/** A browser keeps no longer cookie, so that no longer one can be ours. */
const LONGEST = 4_096;

export function openSeals(secret: string, now: () => Date): Seals {
  const key = new Uint8Array(hkdfSync("sha256", secret, "", "faultline pages", 32));
  return {
    seal(purpose, values, seconds) {
      const at = Math.floor(now().getTime() / 1_000);
      return new EncryptJWT({ values })
        .setProtectedHeader(METHOD)
        .setAudience(purpose)
        .setIssuedAt(at)
        .setExpirationTime(at + seconds)
        .encrypt(key);
    },
    async open(purpose, sealed) {
      if (sealed.length > LONGEST) return null;
      try {
        const { payload } = await jwtDecrypt(sealed, key, {
          audience: purpose,
          currentDate: now(),
          requiredClaims: ["exp"],
          keyManagementAlgorithms: [METHOD.alg],
          contentEncryptionAlgorithms: [METHOD.enc],
        });
        return valuesOf(payload);
      } catch {
        return null;
      }
    },
  };
}

function valuesOf({ values }: JWTPayload): Readonly<Record<string, string>> | null {
  return typeof values === "object" && values !== null ? (values as Record<string, string>) : null;
}

/** The value of a cookie, where the browser sent it once. */
export function cookieIn(header: string | undefined, name: string): string | null {
  const values = (header ?? "").split(";").flatMap((pair) => {
    const [key, value] = pair.split("=", 2);
    return key?.trim() === name && value !== undefined ? [value.trim()] : [];
  });
  return values.length === 1 ? values[0]! : null;
}

/** A cookie that no script reads and that no other site's form sends. `seconds` 0 takes it away. */
export function cookie(name: string, value: string, seconds: number, secure: boolean): string {
  return `${name}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}

/** A name that browsers take for a secure cookie of this very host alone. */
export function cookieName(purpose: Purpose, secure: boolean): string {
  return `${secure ? "__Host-" : ""}faultline-${purpose}`;
}
