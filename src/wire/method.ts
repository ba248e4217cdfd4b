import { takesBody } from "./wire.ts";

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "PATCH", "DELETE"]);

/** The request under the method that `X-Http-Method-Override` names on a POST, for clients behind something that lets only POST through. */
export function withMethod(request: Request): Request {
	const method = request.headers.get("X-Http-Method-Override")?.toUpperCase();
	if (request.method !== "POST" || method === undefined || !METHODS.has(method)) return request;
	const { url, headers, body } = request;
	return new Request(url, { method, headers, body: takesBody(method) ? body : null });
}
