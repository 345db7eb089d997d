package passwords

import (
	"context"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/harness/probe/login"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

const guide = "Documentation of Change Mechanisms"

// ofUsers are the rows by which users prove themselves; none ends the unit.
func ofUsers(ctx context.Context, dut *DUT) []mechanism {
	rows := among(inScope(ctx, dut), func(m mechanism) bool { return m.Use != "m2m" })
	if len(rows) == 0 {
		noneStated(dut, "no authentication of users", "C(8)", "F(d)")
	}
	return rows
}

// changing is what 2-UserInfo says of changing passwords.
func changing(ctx context.Context, dut *DUT) string {
	for _, row := range Declared(ctx, dut, "2-UserInfo") {
		if text := declared.Text(row, guide); text != "" {
			return text
		}
	}
	Lack("write in 2-UserInfo where users read how to change their passwords", "2-UserInfo says nothing in %q", guide)
	return ""
}

// Words of ways that only an expert goes, of ways that anybody does, and of none at all.
var (
	expertWays = []string{"SSH", "shell", "serial", "UART", "curl", "API", "command line", "CLI", "terminal", "root", "JTAG", "vendor", "service centre", "service center", "technician*", "developer*"}
	simpleWays = []string{"page", "pages", "app", "web*", "menu*", "form", "button*", "display", "screen*", "settings", "browser", "manual", "quick guide", "user guide"}
	noWay      = []string{"cannot be changed", "can not be changed", "not be changed", "not changeable", "unchangeable", "not possible", "no way to change", "impossible", "not supported"}
)

// expertOnly is the word by which a text leads users by an expert's way alone; "" where it does not.
func expertOnly(text string) string {
	if declared.Affirms(text, simpleWays...) != "" {
		return ""
	}
	return declared.Affirms(text, expertWays...)
}

// guided judges the guide by what 2-UserInfo says of it; its own text is a person's to read.
func guided(ctx context.Context, dut *DUT) {
	rows, text := ofUsers(ctx, dut), changing(ctx, dut)
	Expect(declared.None(text)).To(BeFalse(), "2-UserInfo says that there is no guide by which users change what %s asks for: %q (%s)", named(rows), text, guide)
	if by := expertOnly(text); by != "" {
		Propose(Fail, "2-UserInfo leads users by %q alone; confirm that who is no expert cannot follow the guide: %q (%s)", by, text, guide)
	}
	Propose(Pass, "2-UserInfo names a guide; open it, see that it has a section for each of %s, and judge whether a layman can follow it: %q%s", named(rows), text, steps(ctx, dut))
}

// simple judges whether a way is declared that anybody can go.
func simple(ctx context.Context, dut *DUT, rows []mechanism) {
	text := changing(ctx, dut)
	Expect(declared.None(text)).To(BeFalse(), "2-UserInfo has no way to change what %s asks for: %q (%s)", named(rows), text, guide)
	if declared.Says(text, noWay...) {
		Propose(Fail, "2-UserInfo says that something cannot be changed; confirm that it is what one of %s asks for: %q (%s)", named(rows), text, guide)
	}
	if by := expertOnly(text); by != "" {
		Propose(Fail, "2-UserInfo changes it by %q alone; confirm that there is no way for who is no expert: %q (%s)", by, text, guide)
	}
}

// walked goes the declared way, where the run may, and takes it back. A device that has no such function contradicts its declaration.
func walked(ctx context.Context, dut *DUT) {
	if dut.File == nil || !operate.Declared(dut.File, "change-credential") || !dut.May(provisions.Intrusive) || len(ways(dut)) == 0 {
		NotClimbed(ctx, provisions.Operator, "the declared way was not gone: the operation change-credential, or leave for intrusive steps, is missing")
		return
	}
	way := ways(dut)[0]
	value := Ask(ctx, dut, Canary{Name: "a new password, to walk the guide"})
	out := Do(ctx, dut, operate.ChangeCredential{As: "owner", Value: value})
	if out.OK {
		changeBack(ctx, dut, value)
		return
	}
	if absent(out) && Ask(ctx, dut, login.As{At: way.Login, User: way.User, Password: way.Right}).Outcome == login.Accepted {
		Contradicted("1-AuthMech and 2-UserInfo have a way to change the password, and the device has no such function: %s", told(out))
	}
	Inconclude("the declared way did not lead to a change: %s", told(out))
}

// named are the IDs of rows.
func named(rows []mechanism) string {
	var out []string
	for _, m := range rows {
		out = append(out, m.ID)
	}
	return strings.Join(out, ", ")
}
