import { Fragment, type JSX } from "preact";
import { Icon } from "../core/icons.tsx";
import { place } from "../core/route.ts";
import type { BillingItem, Block, Customer, Rule, Schedule } from "./types.ts";

const money = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 4 });
/** Longer texts, such as themes and style sheets, are told by their length. */
const SHORT = 80;

/** Whose a setting is: the customer's own, one's above it, the account's, or nobody's. */
export function Source({ customer, block }: { customer: Customer; block: Block<unknown> | undefined }): JSX.Element {
	const id = block?.sourceCustomerId;
	if (id === customer.id) return <span class="source">Its own.</span>;
	if (id !== undefined) {
		const name = customer.breadcrumb.find((step) => step.id === id)?.name ?? "a customer above";
		return (
			<span class="source">
				Inherited from{" "}
				<a href={place("customers", id)} dir="auto">
					{name}
				</a>
				.
			</span>
		);
	}
	if (block?.sourceAccountId) return <span class="source">From the account {customer.accountName ?? ""}.</span>;
	return <span class="source">{block?.value === undefined ? "Nobody has set it." : "The default."}</span>;
}

/** The settings in force: what the app offers, and what things cost. */
export function Settings({ customer }: { customer: Customer }): JSX.Element {
	const { billingSettings: billing, appSettings: app } = customer.effective ?? {};
	return (
		<>
			<section class="block" aria-label="App settings">
				<h2>App settings</h2>
				<p class="quiet small">
					<Source customer={customer} block={app} />
				</p>
				<App value={app?.value ?? {}} />
			</section>
			<section class="block" aria-label="Billing settings">
				<h2>Billing</h2>
				<p class="quiet small">
					<Source customer={customer} block={billing} />
				</p>
				<Billing value={billing?.value ?? {}} />
			</section>
		</>
	);
}

function App({ value }: { value: Record<string, string | boolean> }): JSX.Element {
	const entries = Object.entries(value);
	const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === "string" && entry[1] !== "");
	return (
		<>
			<ul class="switches">
				{entries
					.filter(([, on]) => typeof on === "boolean")
					.map(([name, on]) => (
						<li key={name} class={on ? "" : "quiet"}>
							<Icon name={on ? "check" : "close"} size={16} />
							{wordsOf(name.replace(/^enable/, ""))}
							<span class="unseen">: {on ? "on" : "off"}</span>
						</li>
					))}
			</ul>
			{texts.length > 0 && (
				<dl class="facts">
					{texts.map(([name, text]) => (
						<Fragment key={name}>
							<dt>{wordsOf(name)}</dt>
							<dd dir="auto">{text.length > SHORT ? `${text.length.toLocaleString()} characters` : text}</dd>
						</Fragment>
					))}
				</dl>
			)}
		</>
	);
}

function Billing({ value }: { value: Record<string, BillingItem> }): JSX.Element {
	const items = Object.entries(value);
	if (items.length === 0) return <p class="quiet">No prices are set.</p>;
	return (
		<div class="scroll-x" role="group" aria-label="Prices" tabIndex={0}>
			<table class="prices">
				<thead>
					<tr>
						<th scope="col">Item</th>
						<th scope="col" class="numeric">
							Base
						</th>
						<th scope="col" class="numeric">
							Per unit
						</th>
						<th scope="col" class="numeric">
							Included
						</th>
					</tr>
				</thead>
				<tbody>
					{items.map(([name, { baseCost = 0, unitCost = 0, allowance = 0 }]) => (
						<tr key={name}>
							<th scope="row">{wordsOf(name)}</th>
							<td class="numeric">{money.format(baseCost)}</td>
							<td class="numeric">{money.format(unitCost)}</td>
							<td class="numeric">{allowance.toLocaleString()}</td>
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}

/** The rules of a schedule, those asked first on top. */
export function Rules({ schedule, decidedBy }: { schedule: Schedule; decidedBy: string | undefined }): JSX.Element {
	const rules = (schedule.rules ?? []).toSorted((a, b) => (b.priority ?? 0) - (a.priority ?? 0));
	return (
		<details class="rules">
			<summary>
				{rules.length === 1 ? "1 rule" : `${rules.length} rules`}, otherwise {schedule.defaultState || "Closed"}
			</summary>
			<ol>
				{rules.map((rule, index) => (
					<li key={rule.id ?? index}>
						<b dir="auto">{rule.name || `Rule ${index + 1}`}</b>
						<span class="quiet">
							{rule.state ?? ""} {whenOf(rule)}
						</span>
						{rule.id !== undefined && rule.id === decidedBy && <span class="badge accent">decides now</span>}
					</li>
				))}
			</ol>
		</details>
	);
}

function whenOf({ simpleRuleType, customerState, isAllDay, startTime, endTime, frequency }: Rule): string {
	if (simpleRuleType === "Always") return "always";
	if (simpleRuleType === "CustomerState") return `while the customer's state is ${customerState ?? "none"}`;
	const often = frequency && frequency !== "None" ? frequency.toLowerCase() : "once";
	return isAllDay ? `all day, ${often}` : `${startTime ?? "00:00"}–${endTime ?? "24:00"}, ${often}`;
}

/** `enableCallHistory` as words. */
function wordsOf(name: string): string {
	const words = name.replaceAll(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
	return words.charAt(0).toUpperCase() + words.slice(1);
}
