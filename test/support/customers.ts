import { Person, unique } from "./client.ts";

/** Somebody who keeps the customers of a tenant, by default one that nobody else has. */
export async function manager(tenant = unique("tenant")): Promise<Person> {
	return Person.signIn("Manager", tenant);
}

/** What a POST made; throws with the answer where it was refused. */
export async function posted(mia: Person, path: string, body: object): Promise<any> {
	const answer = await mia.call("POST", path, body);
	if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
	return answer.body;
}

export function made(mia: Person, body: object): Promise<any> {
	return posted(mia, "/customers", body);
}
