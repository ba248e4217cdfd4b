import { calculateJwkThumbprint, SignJWT, type JWK } from "jose";
import { macOf } from "../auth/secrets.ts";

/** How long a token lets its bearer in elsewhere. */
export const TOKEN_SECONDS = 60;

const EC = { name: "ECDSA", namedCurve: "P-256" };
/** RFC 5915 and 5958: a P-256 key without its public half, up to the 32 bytes of the private one. */
const PKCS8 = "3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420";

type Signer = { key: CryptoKey; published: JWK };

/** By what it was made of: the secret may be rotated under an isolate. */
const signers = new Map<string, Promise<Signer>>();

/** A token of the portal (ES256) that is good for a minute, for one audience. */
export async function signedToken(env: Env, claims: Record<string, string>, audience: string): Promise<string> {
	const { key, published } = await signerOf(env);
	const { alg = "", kid = "" } = published;
	return new SignJWT(claims)
		.setProtectedHeader({ alg, kid, typ: "JWT" })
		.setIssuer(env.PORTAL_BASE_URL)
		.setAudience(audience)
		.setIssuedAt()
		.setExpirationTime(`${TOKEN_SECONDS}s`)
		.setJti(crypto.randomUUID())
		.sign(key);
}

/** The public keys that tokens of the portal are checked with (RFC 7517). */
export async function publicKeys(env: Env): Promise<{ keys: JWK[] }> {
	const { published } = await signerOf(env);
	return { keys: [published] };
}

/** The key follows from LINK_SECRET, so that every isolate has the same and nobody has one more secret to keep. */
async function signerOf(env: Env): Promise<Signer> {
	const material = await macOf(env, "portal-signature", "P-256");
	let signer = signers.get(material);
	if (!signer) signers.set(material, (signer = newSigner(material)));
	return signer;
}

async function newSigner(material: string): Promise<Signer> {
	// Below 2^255, which is below the order of the curve: any such number but 0 is a key.
	const scalar = (Number.parseInt(material.slice(0, 1), 16) & 7).toString(16) + material.slice(1);
	const bytes = Uint8Array.from((PKCS8 + scalar).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
	const whole = await crypto.subtle.importKey("pkcs8", bytes, EC, true, ["sign"]);
	const { kty, crv, x, y } = (await crypto.subtle.exportKey("jwk", whole)) as JWK;
	const point = { kty, crv, x, y } as JWK;
	const published = { ...point, kid: await calculateJwkThumbprint(point), alg: "ES256", use: "sig" };
	return { key: await crypto.subtle.importKey("pkcs8", bytes, EC, false, ["sign"]), published };
}
