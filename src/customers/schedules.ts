import { tenantDatabase } from "../db/database.ts";
import { Failure } from "../http/failure.ts";
import type { InheritedSchedule } from "./answers.ts";
import { customerOf, type Visit } from "./directory.ts";
import { effectiveOf } from "./effective.ts";
import { surroundingsOf, type Ancestor } from "./lookup-store.ts";
import { stepsOf } from "./row.ts";
import {
	evaluate,
	opening,
	validateSchedule,
	withRuleIds,
	type ChainLink,
	type Evaluation,
	type Opening,
	type Schedule,
} from "./schedule/schedule.ts";

/** A 400 that names the fields, where a schedule makes no sense. */
export function requireSchedule(schedule: Schedule | undefined): void {
	const problems = schedule ? validateSchedule(schedule) : [];
	if (problems[0]) throw new Failure("ValidationFailed", problems[0].message, { fields: problems });
}

/** A schedule as it is stored: each rule with an id, so that an answer can name it. */
export function storedSchedule(schedule: Schedule | undefined): Schedule | undefined {
	return schedule && withRuleIds(schedule);
}

/** The state a customer is in at an instant, why, and until when. */
export async function stateOf(visit: Visit, uid: string, at: Date, schedule?: Schedule): Promise<Evaluation> {
	requireSchedule(schedule);
	const chain = await chainOf(visit, uid);
	const links = [...chain].reverse().map(linkOf);
	const [self, ...above] = links;
	if (!self) return evaluate([], at);
	const evaluation = evaluate([schedule ? { ...self, schedule } : self, ...above], at);
	const source = chain.find((customer) => customer.uid === evaluation.sourceCustomerId);
	const isVisible = source !== undefined && source.path.length >= (visit.root ?? "").length;
	return { ...evaluation, sourceCustomerId: isVisible ? source.uid : null };
}

/**
 * For people outside: whether a customer is open at an instant, and until when; null where no schedule says so. They are shown `rootUid` and
 * what is below it: for anybody else it throws `NotFound`.
 */
export async function openingBelow(
	env: Env,
	tenantId: string,
	rootUid: string,
	uid: string,
	at: Date,
): Promise<Opening | null> {
	const directory = { ...tenantDatabase(env, tenantId), search: env.SEARCH };
	const whole = { directory, userId: "", root: "", rootSize: 0 };
	const { path, descendant_count } = await customerOf(whole, rootUid);
	const chain = await chainOf({ ...whole, root: path, rootSize: descendant_count }, uid);
	return opening(chain.reverse().map(linkOf), at);
}

/** The schedule that is in effect for a customer, and whose it is. */
export async function inheritedSchedule(visit: Visit, uid: string): Promise<InheritedSchedule> {
	const { value, ...source } = effectiveOf(await chainOf(visit, uid), undefined, visit.root ?? "").schedule;
	return { ...(value ? { schedule: value } : {}), ...source };
}

/** A customer and those above it, from the root on, with their settings. */
async function chainOf(visit: Visit, uid: string): Promise<Ancestor[]> {
	const row = await customerOf(visit, uid);
	const steps = stepsOf(row.path);
	const { ancestors } = await surroundingsOf(visit.directory, { paths: steps, accountIds: [], tagIds: [] }, true);
	return steps.flatMap((step) => ancestors.find(({ path }) => path === step) ?? []);
}

function linkOf({ uid, customer_state, schedule }: Ancestor): ChainLink {
	return {
		customerId: uid,
		state: customer_state || null,
		schedule: schedule ? (JSON.parse(schedule) as Schedule) : null,
	};
}
