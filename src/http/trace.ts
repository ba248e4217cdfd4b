/** Where a request came from, as much of it as an audit needs. */
export type Trace = { ip: string | null; userAgent: string | null; country: string | null };

const LONGEST_AGENT = 300;

/** The network of the address (IPv4 /24, IPv6 /48), the user agent and the country that Cloudflare derived. */
export function traceOf(request: Request): Trace {
	const country = (request as Request<unknown, IncomingRequestCfProperties>).cf?.country;
	return {
		ip: networkOf(request.headers.get("CF-Connecting-IP") ?? ""),
		userAgent: request.headers.get("User-Agent")?.toWellFormed().slice(0, LONGEST_AGENT) || null,
		country: country ?? null,
	};
}

/** The network that an address is in: the first three octets of IPv4, the first three groups of IPv6. Null for what is no address. */
export function networkOf(address: string): string | null {
	const octets = /^(?:::ffff:)?(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/i.exec(address)?.[1];
	if (octets !== undefined) return `${octets}.0/24`;
	if (!/^[0-9a-f:]+(%.*)?$/i.test(address) || !address.includes(":")) return null;
	const [head = "", tail] = address.split("%", 1)[0]?.toLowerCase().split("::") ?? [];
	const groups = head === "" ? [] : head.split(":");
	// What `::` stands for is zeros, as many as the groups after it leave; of the first three groups those matter only in odd addresses.
	const after = tail ? tail.split(":") : [];
	const filled = [
		...groups,
		...Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => "0"),
		...after,
	];
	return `${filled
		.slice(0, 3)
		.map((group) => Number.parseInt(group, 16).toString(16))
		.join(":")}::/48`;
}
