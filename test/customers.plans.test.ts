import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { Person, unique } from "./support/client.ts";
import { fullScans, recorded, type Statement } from "./support/plans.ts";
import { askWith } from "./support/tokens.ts";

it("makes, changes, moves and deletes a customer without going through the others", async () => {
	const mia = await Person.signIn("Manager", unique("tenant"));
	const made = async (path: string, body: object) => (await mia.call("POST", path, body)).body.id as string;
	const [account, tag] = [await made("/accounts", { name: "Other" }), await made("/tags", { name: "Tag" })];
	const [left, right] = [await made("/customers", { name: "Left" }), await made("/customers", { name: "Right" })];
	const branch = await made("/customers", { name: "Branch", parentCustomerId: left });
	const leaf = await made("/customers", { name: "Leaf", parentCustomerId: branch });
	const calls: [method: string, path: string, body?: object][] = [
		["POST", "/customers", { name: "New", parentCustomerId: branch, tagIds: [tag] }],
		["GET", `/customers/${leaf}?resolve=true`],
		["PATCH", `/customers/${leaf}`, { name: "Leaf 2", accountId: account, tagIds: [tag] }],
		["PATCH", `/customers/${leaf}`, { parentCustomerId: right }],
		["PUT", `/customers/${leaf}`, { name: "Leaf 3" }],
		["POST", `/customers/${leaf}/move`, { parentCustomerId: left }],
		["POST", `/customers/${branch}/move`, {}],
		["POST", `/customers/${branch}/move`, { parentCustomerId: right }],
		["DELETE", `/customers/${leaf}`],
		["DELETE", `/customers/${branch}?cascade=true`],
		["PATCH", `/accounts/${account}`, { name: "Renamed", logoId: "L" }],
		["DELETE", `/accounts/${account}`],
	];
	for (const [method, path, body] of calls) {
		const statements: Statement[] = [];
		const answer = await askWith({ DB: recorded(env.DB, statements) }, path, { method, headers: mia.headers, body });
		expect([path, answer.status]).toEqual([path, method === "DELETE" ? 204 : 200]);
		expect([path, statements.length]).not.toEqual([path, 0]);
		for (const statement of statements) {
			const { query } = statement;
			expect([method, path, query, await fullScans(statement)]).toEqual([method, path, query, []]);
		}
	}
});
