// Package harness is the words in which suites are written, and the machine that
// plans, asks, records and judges.
//
// Its one idea is that a judgement touches the world by two words only: Ask puts
// a question to the device and Do performs an operation on it. Both return the
// decoded recording, live too, so that a verdict can be replayed from the record.
//
//	var _ = Provision("5.1-5", func(dut *DUT) {
//		TestCase("5.1-5-2", func() {
//			Unit("b", "guessing at each declared login is impracticable", func(ctx context.Context) {
//				Each("network login", dut.NetworkLogins(), func(at login.Login) {
//					Expect(Ask(ctx, dut, login.Guess{At: at})).To(SlowDown(), "login %s", at)
//				})
//			})
//		})
//	})
package harness

import (
	"context"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// A Verdict is how a unit, a case, a provision or a device came out.
type Verdict string

// Verdicts. Done and NotDone are of units that only prepare; they judge nothing.
const (
	Pass         Verdict = "PASS"
	Fail         Verdict = "FAIL"
	Inconclusive Verdict = "INCONCLUSIVE"
	Done         Verdict = "DONE"
	NotDone      Verdict = "NOT DONE"
)

// A Basis is what a verdict rests on.
type Basis string

// Bases of a verdict.
const (
	BasisObserved Basis = "observed" // the device itself
	BasisDeclared Basis = "declared" // the device file
	BasisAttested Basis = "attested" // a person's judgement
	BasisExternal Basis = "external" // a certificate or report
)

// A Question observes a device and leaves it as it was. Its exported fields are its key and its
// answer is plain data (no interface, func, chan or unexported field); both are checked when it is first asked.
type Question[A any] interface {
	Ask(ctx context.Context, on *dial.Device) (A, error)
}

// An Operation changes the device; a new epoch begins with it.
type Operation[A any] interface {
	Do(ctx context.Context, on *dial.Device) (A, error)
}

// Disturbs marks a question whose asking may itself change the device, as forty wrong guesses do.
// It says what is disturbed; the epoch ends with it.
type Disturbs interface{ Disturbs() string }

// Lasting marks a question whose answer outlives what is below disruptive, though the epoch ends: which services listen, and what
// they offer to anybody, is not changed by wrong passwords or by ordinary use. A reset, an update or a restart voids it as any.
type Lasting interface{ Lasting() }

// Leveled says how intrusive a question or operation is. Without it a question is gentle, an operation disruptive.
type Leveled interface{ Level() provisions.Level }

// Undo puts back what an operation changed. It is registered before the operation acts, runs on every ending,
// and proves by reading back.
type Undo interface {
	Undo(ctx context.Context, on *dial.Device) error
}
