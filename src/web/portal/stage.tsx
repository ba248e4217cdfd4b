import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { isBusy, leave, trouble } from "./visit.ts";

/** A screen that is one thing to read and one to do. Its heading is read out when it appears. */
export function Stage({
	title,
	icon,
	tone = "calm",
	tenantName,
	isInside = false,
	children,
}: {
	title: string;
	icon?: JSX.Element | undefined;
	tone?: "calm" | "warn" | undefined;
	tenantName?: string | undefined;
	/** There is something to leave. */
	isInside?: boolean | undefined;
	children?: ComponentChildren;
}): JSX.Element {
	const heading = useRef<HTMLHeadingElement>(null);
	useEffect(() => {
		document.title = tenantName === undefined ? title : `${title} · ${tenantName}`;
		heading.current?.focus();
	}, [title, tenantName]);
	return (
		<div class="page">
			<Masthead tenantName={tenantName} isInside={isInside} />
			<main class="stage">
				<section class="panel">
					{icon && <div class={`emblem ${tone}`}>{icon}</div>}
					<h1 ref={heading} tabIndex={-1}>
						{title}
					</h1>
					{children}
				</section>
			</main>
		</div>
	);
}

export function Masthead({
	title,
	tenantName,
	isInside,
	children,
}: {
	/** What is below, where that does not say it itself. */
	title?: string | undefined;
	tenantName?: string | undefined;
	isInside: boolean;
	children?: ComponentChildren;
}): JSX.Element {
	return (
		<header class="masthead">
			<span class="brand">
				<LockIcon />
				<span class="names">
					<span class="name">{title ?? tenantName ?? "Secure link"}</span>
					{title !== undefined && <span class="small quiet">{tenantName}</span>}
				</span>
			</span>
			{children}
			{isInside && (
				<button type="button" class="button plain" onClick={() => void leave()} disabled={isBusy.value}>
					Leave
				</button>
			)}
		</header>
	);
}

/** What went wrong with what was just tried. */
export function Trouble(): JSX.Element {
	return (
		<div role="alert" class="trouble">
			{trouble.value && <p class="notice danger">{trouble.value.message}</p>}
		</div>
	);
}

/** The one thing to do on a screen. */
export function Primary({
	onClick,
	children,
}: {
	onClick?: (() => void) | undefined;
	children: ComponentChildren;
}): JSX.Element {
	return (
		<button
			type={onClick ? "button" : "submit"}
			class="button primary large wide"
			onClick={onClick}
			aria-disabled={isBusy.value}
		>
			{isBusy.value && <span class="spinner" aria-hidden="true" />}
			{children}
		</button>
	);
}

const shape = {
	width: 24,
	height: 24,
	viewBox: "0 0 24 24",
	fill: "none",
	stroke: "currentColor",
	"stroke-width": 1.75,
	"stroke-linecap": "round",
	"stroke-linejoin": "round",
	"aria-hidden": "true",
} as const;

export function LockIcon(): JSX.Element {
	return (
		<svg {...shape}>
			<rect x="5" y="11" width="14" height="9" rx="2" />
			<path d="M8 11V8a4 4 0 0 1 8 0v3" />
		</svg>
	);
}
export function EnvelopeIcon(): JSX.Element {
	return (
		<svg {...shape}>
			<rect x="3" y="5.5" width="18" height="13" rx="2" />
			<path d="m3.5 7 8.5 6.5L20.5 7" />
		</svg>
	);
}
export function ClockIcon(): JSX.Element {
	return (
		<svg {...shape}>
			<circle cx="12" cy="12" r="8.5" />
			<path d="M12 7.5V12l3 2" />
		</svg>
	);
}
export function BarredIcon(): JSX.Element {
	return (
		<svg {...shape}>
			<circle cx="12" cy="12" r="8.5" />
			<path d="m6 6 12 12" />
		</svg>
	);
}
export function QuestionIcon(): JSX.Element {
	return (
		<svg {...shape}>
			<circle cx="12" cy="12" r="8.5" />
			<path d="M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 16.5h.01" />
		</svg>
	);
}
export function DoneIcon(): JSX.Element {
	return (
		<svg {...shape}>
			<circle cx="12" cy="12" r="8.5" />
			<path d="m8 12.5 2.7 2.7L16 9.5" />
		</svg>
	);
}
