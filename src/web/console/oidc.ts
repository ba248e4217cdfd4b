/**
 * Signing in at the organisation's own provider: authorization code with PKCE (RFC 7636). The code is traded for the token by the Worker,
 * so that this page need not speak to anybody else.
 */
export type OidcSettings = { name: string; authorizationEndpoint: string; clientId: string; scope: string };

const KEY = "foyer.oidc";

/** Goes to the provider; it comes back with a code. */
export async function beginOidc({ authorizationEndpoint, clientId, scope }: OidcSettings): Promise<void> {
	const verifier = random();
	const state = random();
	sessionStorage.setItem(KEY, JSON.stringify({ verifier, state }));
	const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
	const address = new URL(authorizationEndpoint);
	const members = {
		response_type: "code",
		client_id: clientId,
		redirect_uri: redirectUri(),
		scope,
		state,
		code_challenge: base64url(new Uint8Array(digest)),
		code_challenge_method: "S256",
	};
	for (const [name, value] of Object.entries(members)) address.searchParams.set(name, value);
	location.assign(address);
}

/** Whether this page was come back to. */
export function isReturning(): boolean {
	const { searchParams } = new URL(location.href);
	return searchParams.has("state") && (searchParams.has("code") || searchParams.has("error"));
}

/** The token that the code stands for. */
export async function finishOidc(): Promise<string> {
	const { searchParams } = new URL(location.href);
	history.replaceState(null, "", `${location.pathname}${location.hash}`);
	const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as { verifier?: string; state?: string };
	sessionStorage.removeItem(KEY);
	const refusal = searchParams.get("error_description") ?? searchParams.get("error");
	if (refusal !== null) throw new Error(`The sign-in was refused: ${refusal}`);
	if (kept.state === undefined || kept.state !== searchParams.get("state"))
		throw new Error("This sign-in was not begun here. Try again.");
	const response = await fetch("/console/token", {
		method: "POST",
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify({ code: searchParams.get("code"), verifier: kept.verifier, redirectUri: redirectUri() }),
	});
	const { token, responseStatus } = (await response.json()) as { token?: string; responseStatus?: { message: string } };
	if (token === undefined) throw new Error(responseStatus?.message ?? `The server answered ${response.status}.`);
	return token;
}

function redirectUri(): string {
	return `${location.origin}/console`;
}

function random(): string {
	return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64url(bytes: Uint8Array): string {
	return btoa(String.fromCharCode(...bytes))
		.replaceAll("+", "-")
		.replaceAll("/", "_")
		.replaceAll("=", "");
}
