import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { CodeSent, Opened } from "./api.ts";
import { where } from "./arrival.tsx";
import { LockIcon, Primary, Stage, Trouble } from "./stage.tsx";
import { isBusy, screen, sendCode, trouble, verify } from "./visit.ts";

/** Errors after which this code is worth nothing. */
const BURNT = new Set(["OtpExpired", "OtpAttemptsExceeded"]);

/** Where the code is typed, pasted, or filled in by the phone. */
export function Code({ opened, sent }: { opened: Opened; sent: CodeSent }): JSX.Element {
	const [code, setCode] = useState("");
	const field = useRef<HTMLInputElement>(null);
	const tried = useRef("");
	const [id, hint] = [useId(), useId()];
	const wait = useCountdown(sent);
	const problem = trouble.value;
	useEffect(() => {
		setCode("");
		field.current?.focus();
	}, [sent]);
	useEffect(() => {
		if (problem?.code === "OtpInvalid") field.current?.select();
	}, [problem]);
	const submit = (typed: string) => {
		// A code that was refused is not tried twice: each try is one less.
		const isKnown = typed === tried.current && problem?.code === "OtpInvalid";
		if (typed === "" || isKnown) return field.current?.select();
		tried.current = typed;
		void verify(opened, typed);
	};
	return (
		<Stage title="Enter your code" icon={<LockIcon />} tenantName={opened.tenantName} isInside>
			<p id={hint}>{`We sent you ${sent.digits} digits ${where(sent)}.`}</p>
			<form
				onSubmit={(event) => {
					event.preventDefault();
					submit(code);
				}}
			>
				<div class="field">
					<label for={id}>Code</label>
					<input
						ref={field}
						id={id}
						class="input code"
						style={{ "--digits": sent.digits }}
						type="text"
						inputMode="numeric"
						autoComplete="one-time-code"
						autoCorrect="off"
						spellcheck={false}
						aria-describedby={hint}
						aria-invalid={problem?.code === "OtpInvalid"}
						value={code}
						onInput={(event) => {
							const digits = event.currentTarget.value.replace(/\D/g, "").slice(0, sent.digits);
							event.currentTarget.value = digits;
							setCode(digits);
							// What was pasted or filled in at once is meant; what is typed digit by digit may still be looked at.
							if (digits.length === sent.digits && code.length < sent.digits - 1) submit(digits);
						}}
					/>
				</div>
				<Trouble />
				<Primary>Continue</Primary>
			</form>
			<div class="again">
				<button
					type="button"
					class="button"
					aria-disabled={wait > 0 || isBusy.value}
					onClick={() => wait === 0 && void sendCode(opened, sent.channel)}
				>
					{wait > 0 ? `Send a new code in ${wait} s` : "Send a new code"}
				</button>
				{opened.otpChannels.length > 1 && (
					<button
						type="button"
						class="button plain"
						onClick={() => {
							trouble.value = undefined;
							screen.value = { name: "sender", opened };
						}}
					>
						Another way
					</button>
				)}
			</div>
			<p class="quiet small">
				{problem && BURNT.has(problem.code)
					? "A new code takes the place of the old one."
					: "Not there yet? It can take a minute. Look among unwanted mail, too."}
			</p>
		</Stage>
	);
}

/** Seconds until a new code may be asked for. */
function useCountdown(sent: CodeSent): number {
	const [until, setUntil] = useState(() => Date.now() + sent.resendAfterSeconds * 1000);
	const [now, setNow] = useState(Date.now);
	useEffect(() => {
		setUntil(Date.now() + sent.resendAfterSeconds * 1000);
		setNow(Date.now());
		const timer = setInterval(() => setNow(Date.now()), 1000);
		return () => clearInterval(timer);
	}, [sent]);
	const refused = trouble.value?.code === "OtpSendTooSoon" || trouble.value?.code === "OtpSendLimit";
	useEffect(() => {
		if (refused) setUntil(Date.now() + (trouble.value?.retryAfter ?? 0) * 1000);
	}, [refused]);
	return Math.max(0, Math.ceil((until - now) / 1000));
}
