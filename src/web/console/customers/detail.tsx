import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { call } from "../core/api.ts";
import { Icon } from "../core/icons.tsx";
import { useLoad, Waiting } from "../core/load.tsx";
import { place } from "../core/route.ts";
import { may } from "../core/session.ts";
import { fully } from "../core/time.ts";
import { LinksOf } from "../links/links-of.tsx";
import { Chips } from "./chips.tsx";
import { customerWith } from "./directory.ts";
import { EditCustomer, NewCustomer } from "./edit.tsx";
import { MoveCustomer } from "./move.tsx";
import { RemoveCustomer } from "./remove.tsx";
import { Rules, Settings, Source } from "./settings.tsx";
import type { Customer, CustomerState } from "./types.ts";
import { Week } from "./week.tsx";

type Changes = {
	/** It came to be below this one (undefined: at the top). */
	onMade: (made: Customer) => void;
	onChanged: (customer: Customer) => void;
	onMoved: (customer: Customer, from: string | undefined) => void;
	onGone: (customer: Customer) => void;
};

type Props = Changes & { id: string; onShown: (customer: Customer) => void };

/** A customer: where it is, whether it is open, and what holds for it, with whose each setting is. */
export function Detail({ id, onShown, ...changes }: Props): JSX.Element {
	const loaded = useLoad(id, async () => {
		const [customer, state] = await Promise.all([
			customerWith(id),
			call<CustomerState>("GET", `/customers/${encodeURIComponent(id)}/state`),
		]);
		return { customer, state };
	});
	const { customer, state } = loaded.value ?? {};
	useEffect(() => {
		if (customer) onShown(customer);
	}, [customer]);
	return (
		<section class="split-open" aria-label={customer ? `Customer ${customer.name}` : "Customer"}>
			{customer && state ? (
				<>
					<Head customer={customer} state={state} onReload={loaded.reload} {...changes} />
					{loaded.error && <p class="notice warn strip">{loaded.error}</p>}
					<Body customer={customer} state={state} />
				</>
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

function BackToList(): JSX.Element {
	return (
		<a class="button plain icon only-narrow" href={place("customers")} aria-label="Back to the list">
			<Icon name="back" />
		</a>
	);
}

type HeadProps = Changes & { customer: Customer; state: CustomerState; onReload: () => void };

function Head({ customer, state, onReload, onMade, onChanged, onMoved, onGone }: HeadProps): JSX.Element {
	const dialog = useSignal<"edit" | "new" | "move" | "remove" | undefined>(undefined);
	const close = (): void => {
		dialog.value = undefined;
	};
	return (
		<header class="detail-head">
			<div class="detail-title">
				<BackToList />
				<div>
					{customer.breadcrumb.length > 1 && (
						<nav aria-label="Where it is">
							<ol class="crumbs">
								{customer.breadcrumb.slice(0, -1).map(({ id, name }) => (
									<li key={id}>
										<a href={place("customers", id)} dir="auto">
											{name}
										</a>
									</li>
								))}
							</ol>
						</nav>
					)}
					<h1 dir="auto">{customer.name}</h1>
				</div>
				<span class={/^open$/i.test(state.state) ? "badge accent" : "badge"}>{state.state}</span>
				{customer.isStaging && <span class="badge warn">Staging</span>}
			</div>
			{customer.tags.length > 0 && (
				<p class="chips">
					<span class="unseen">Tags: </span>
					<Chips tags={customer.tags} />
				</p>
			)}
			{may("customers:write") && (
				<div class="detail-actions" role="group" aria-label="What to do">
					<button type="button" class="button" onClick={() => (dialog.value = "edit")}>
						<Icon name="edit" size={16} /> Edit
					</button>
					<button type="button" class="button" onClick={() => (dialog.value = "new")}>
						<Icon name="plus" size={16} /> Add below
					</button>
					<button type="button" class="button" onClick={() => (dialog.value = "move")}>
						Move
					</button>
					<button type="button" class="button danger" onClick={() => (dialog.value = "remove")}>
						Delete
					</button>
				</div>
			)}
			{dialog.value === "edit" && (
				<EditCustomer
					customer={customer}
					onClose={close}
					onDone={(changed) => {
						onChanged(changed);
						onReload();
					}}
				/>
			)}
			{dialog.value === "new" && <NewCustomer parent={customer} onClose={close} onDone={onMade} />}
			{dialog.value === "move" && (
				<MoveCustomer
					customer={customer}
					onClose={close}
					onDone={(moved) => {
						onMoved(moved, customer.parentCustomerId);
						onReload();
					}}
				/>
			)}
			{dialog.value === "remove" && (
				<RemoveCustomer customer={customer} onClose={close} onDone={() => onGone(customer)} />
			)}
		</header>
	);
}

function Body({ customer, state }: { customer: Customer; state: CustomerState }): JSX.Element {
	const { effective } = customer;
	const schedule = effective?.schedule.value;
	const integrations = Object.entries(customer.integrationData ?? {});
	return (
		<div class="detail-body">
			<section class="block" aria-label="Opening hours">
				<h2>Opening hours</h2>
				<p>
					{stateInWords(state, customer)}
					{state.nextChangeUtc ? ` This changes on ${fully(state.nextChangeUtc)}, your time.` : ""}
				</p>
				{schedule && (
					<>
						<Week
							key={`${customer.id} ${customer.version}`}
							customerId={customer.id}
							schedule={schedule}
							source={<Source customer={customer} block={effective.schedule} />}
						/>
						<Rules schedule={schedule} decidedBy={state.ruleId ?? undefined} />
					</>
				)}
			</section>
			<section class="block" aria-label="Profile">
				<h2>Profile</h2>
				<dl class="facts">
					<Fact name="Reference" value={customer.referenceId ?? "none"} />
					<Fact name="Account" value={customer.accountName ?? "none"} />
					{customer.customerState && <Fact name="State" value={customer.customerState} />}
					<Fact name="Below it" value={belowInWords(customer)} />
					<Fact name="Made" value={`${fully(customer.dateCreated)} by ${customer.createdBy}`} />
					<Fact name="Changed" value={`${fully(customer.dateLastModified)} by ${customer.lastModifiedBy}`} />
					<Fact name="Id" value={customer.id} isCode />
					{integrations.map(([name, { thirdPartyId }]) => (
						<Fact key={name} name={name} value={thirdPartyId ?? ""} isCode />
					))}
				</dl>
				{customer.data && Object.keys(customer.data).length > 0 && (
					<details>
						<summary>Data</summary>
						<pre class="data" tabIndex={0}>
							{JSON.stringify(customer.data, undefined, 2)}
						</pre>
					</details>
				)}
			</section>
			<Settings customer={customer} />
			{may("links:manage") && <LinksOf resourceType="Customer" resourceUid={customer.id} />}
		</div>
	);
}

function Fact({ name, value, isCode }: { name: string; value: string; isCode?: boolean }): JSX.Element {
	return (
		<>
			<dt>{name}</dt>
			<dd class={isCode ? "mono" : ""} dir="auto">
				{value}
			</dd>
		</>
	);
}

function stateInWords({ state, sourceCustomerId }: CustomerState, { schedule, effective }: Customer): string {
	if (schedule?.forceClosed) return "Forced closed, whatever the hours say.";
	if (!sourceCustomerId && !effective?.schedule.value) return `${state}: nobody has set any hours.`;
	return `${state} now.`;
}

function belowInWords({ childCount, descendantCount }: Customer): string {
	if (descendantCount === 0) return "nobody";
	const direct = `${childCount.toLocaleString()} directly`;
	return descendantCount === childCount ? direct : `${direct}, ${descendantCount.toLocaleString()} in all`;
}
