import { useSignal } from "@preact/signals";
import { Fragment, type JSX } from "preact";
import { useEffect } from "preact/hooks";
import { announce } from "../core/announce.tsx";
import { call, messageOf } from "../core/api.ts";
import { Avatar } from "../core/avatar.tsx";
import { Dialog } from "../core/dialog.tsx";
import { Icon } from "../core/icons.tsx";
import { useLoad, Waiting } from "../core/load.tsx";
import { place } from "../core/route.ts";
import { fully } from "../core/time.ts";
import { ownContact } from "./contacts.ts";
import { History } from "./history.tsx";
import { ends, stepsFor, type Step } from "./steps.ts";
import { toneOf, type Connection } from "./types.ts";

/** One connection: between whom, how it stands, what can be done about it, and what happened. */
export function Detail({ id, onChanged }: { id: string; onChanged: () => void }): JSX.Element {
	const loaded = useLoad(id, async () => {
		const path = `/api/connections/${encodeURIComponent(id)}`;
		const [{ connection }, own] = await Promise.all([call<{ connection: Connection }>("GET", path), ownContact()]);
		return { connection, own };
	});
	const { connection, own } = loaded.value ?? {};
	return (
		<section class="split-open" aria-label="Connection">
			{connection ? (
				<Content
					connection={connection}
					steps={stepsFor(connection, own)}
					onChanged={() => {
						loaded.reload();
						onChanged();
					}}
				/>
			) : (
				<>
					<BackToList />
					<div class="detail-body">
						<Waiting of={loaded} />
					</div>
				</>
			)}
		</section>
	);
}

export function BackToList(): JSX.Element {
	return (
		<a class="button plain icon only-narrow" href={place("connections")} aria-label="Back to the list">
			<Icon name="back" />
		</a>
	);
}

type ContentProps = { connection: Connection; steps: Step[]; onChanged: () => void };

function Content({ connection, steps, onChanged }: ContentProps): JSX.Element {
	const { asker, asked } = ends(connection);
	const asking = useSignal<Step | undefined>(undefined);
	const done = useSignal<{ text: string; undo?: Step | undefined; version: number } | undefined>(undefined);
	const problem = useSignal("");
	// What somebody else did since cannot be taken back by undoing one's own step.
	useEffect(() => {
		if (done.value && connection.version > done.value.version) done.value = { ...done.value, undo: undefined };
	}, [connection.version]);
	const take = async (step: Step, reason: string): Promise<void> => {
		problem.value = "";
		asking.value = undefined;
		try {
			await perform(connection, step, reason);
			done.value = { text: `Done: ${step.label}.`, undo: step.undo, version: connection.version + 1 };
			announce(done.value.text);
		} catch (error) {
			done.value = undefined;
			problem.value = messageOf(error);
		}
		onChanged();
	};
	const { undo } = done.value ?? {};
	return (
		<>
			<header class="detail-head">
				<div class="detail-title">
					<BackToList />
					<h1>
						<span dir="auto">{asker.name}</span> and <span dir="auto">{asked.name}</span>
					</h1>
					<span class={toneOf[connection.status]}>{connection.status}</span>
				</div>
				{done.value && (
					<p class="notice done">
						{done.value.text}
						{undo && (
							<button type="button" class="button" onClick={() => void take(undo, "")}>
								Undo
							</button>
						)}
					</p>
				)}
				{problem.value && (
					<p class="notice danger" role="alert">
						{problem}
					</p>
				)}
			</header>
			<div class="detail-body">
				<Facts
					connection={connection}
					steps={steps}
					onStep={(step) => (step.asks === undefined ? void take(step, "") : (asking.value = step))}
				/>
				<History id={connection.connectionId} version={connection.version} names={[asker, asked]} />
			</div>
			{asking.value && (
				<Confirm
					step={asking.value}
					onClose={() => (asking.value = undefined)}
					onConfirm={(reason) => void take(asking.value as Step, reason)}
				/>
			)}
		</>
	);
}

/** The reason goes with what the wire lets give one. */
async function perform(connection: Connection, step: Step, reason: string): Promise<void> {
	const { connectionId, contactTypeId, roleId, contactId, toContactId } = connection;
	const why = reason === "" ? {} : { reason };
	if (step.action === "request") {
		const other = step.by === contactId ? toContactId : contactId;
		await call("POST", "/api/connections", { contactId: step.by, toContactId: other, roleId, ...why });
		return;
	}
	const body = { contactId: step.by, contactTypeId, roleId, ...why };
	await call("POST", `/api/connections/${connectionId}/${step.action}`, body);
}

/** Actions that take a reason: those of seed 003 (cancel, remove) do not. */
const withReason: readonly string[] = ["decline", "block"];

type ConfirmProps = { step: Step; onClose: () => void; onConfirm: (reason: string) => void };

function Confirm({ step, onClose, onConfirm }: ConfirmProps): JSX.Element {
	const reason = useSignal("");
	return (
		<Dialog title={`${step.label}?`} onClose={onClose}>
			<form
				class="stack"
				onSubmit={(event) => {
					event.preventDefault();
					onConfirm(reason.value.trim());
				}}
			>
				<p>{step.asks}</p>
				{withReason.includes(step.action) && (
					<label class="field">
						<span class="label">Why (optional)</span>
						<input
							class="input"
							maxLength={500}
							value={reason}
							onInput={(event) => (reason.value = event.currentTarget.value)}
						/>
						<span class="hint">It is kept in the history.</span>
					</label>
				)}
				<div class="dialog-foot">
					<button type="button" class="button" onClick={onClose}>
						Leave it
					</button>
					<button type="submit" class={`button ${step.isDanger ? "danger" : "primary"}`}>
						{step.name}
					</button>
				</div>
			</form>
		</Dialog>
	);
}

type FactsProps = { connection: Connection; steps: Step[]; onStep: (step: Step) => void };

function Facts({ connection, steps, onStep }: FactsProps): JSX.Element {
	const { asker, asked } = ends(connection);
	const people = [
		{ ...asker, does: "asked" },
		{ ...asked, does: "was asked" },
	];
	const facts: [string, string | null | undefined][] = [
		["Role", connection.roleName ?? "one that is gone"],
		["Type", connection.contactTypeName ?? "one that is gone"],
		["Asked", fully(connection.dateRequested)],
		["Answered", connection.dateResponded && fully(connection.dateResponded)],
		["Ended", connection.dateEnded && fully(connection.dateEnded)],
		[
			"Waits until",
			connection.status === "Requested" && connection.expiresAt ? fully(connection.expiresAt) : undefined,
		],
		["Ask again from", connection.cooldownUntil && fully(connection.cooldownUntil)],
		["Reason", connection.reason],
	];
	return (
		<section class="block" aria-label="Between whom">
			<div class="pair">
				{people.map(({ id, name, does }) => (
					<Person
						key={id}
						name={name}
						does={does}
						isBlocking={connection.blockedByContactIds.includes(id)}
						steps={steps.filter(({ by }) => by === id)}
						onStep={onStep}
					/>
				))}
			</div>
			<dl class="facts">
				{facts.map(
					([name, value]) =>
						value && (
							<Fragment key={name}>
								<dt>{name}</dt>
								<dd dir="auto">{value}</dd>
							</Fragment>
						),
				)}
			</dl>
		</section>
	);
}

type PersonProps = {
	name: string;
	does: string;
	isBlocking: boolean;
	steps: Step[];
	onStep: (step: Step) => void;
};

/** One of the two, with what it can do. */
function Person({ name, does, isBlocking, steps, onStep }: PersonProps): JSX.Element {
	return (
		<div class="person">
			<Avatar name={name} />
			<p>
				<b dir="auto">{name}</b>
				<span class="quiet small">{does}</span>
			</p>
			{isBlocking && <span class="badge danger">blocks the other</span>}
			{steps.length > 0 && (
				<div class="detail-actions" role="group" aria-label={`What ${name} can do`}>
					{steps.map((step) => (
						<button
							key={step.action}
							type="button"
							class={`button${step.isDanger ? " danger" : ""}${step.action === "accept" ? " primary" : ""}`}
							aria-label={step.label}
							onClick={() => onStep(step)}
						>
							{step.name}
						</button>
					))}
				</div>
			)}
		</div>
	);
}
