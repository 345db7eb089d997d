package deletion

import (
	"context"
	"strings"
	"time"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/suites/seen"
)

// An attempt is somebody who asks for an erasure that is not his to ask for: a login of the sample, or nobody.
type attempt struct{ login string }

func (a attempt) String() string {
	if a.login == "" {
		return "somebody who is not logged in"
	}
	return "the user " + a.login
}

// secondUser is the login of a lesser user. A device with one user has none, and the unit does not apply to it.
func secondUser(dut *DUT) string {
	if name := guest(dut); name != "" {
		return name
	}
	for _, m := range seen.Table(dut, "1-AuthMech", "1-AuthMech", dut.IXIT().AuthMech) {
		if m.Use != "m2m" && m.Login != "owner" {
			Lack("add a login of another user to samples: in the device file", "%s declares another user than the owner, and the sample has none", m.ID)
		}
	}
	Vacuous("1-AuthMech declares no user but the owner: the unit does not apply to a device with one user")
	return ""
}

func attempts(lesser string) []attempt { return []attempt{{lesser}, {""}} }

// erasedBy has somebody ask for an erasure and tells whether the owner's data, which were there before, are gone after it.
func erasedBy(ctx context.Context, dut *DUT, f owner, row device.DelFunc, by attempt) bool {
	if !Do(ctx, dut, operate.Login{As: "owner"}).OK {
		if opens(ctx, dut, "owner", f.Password) {
			Do(ctx, dut, operate.FactoryReset{Password: f.Password})
		}
		setUp(ctx, dut)
	}
	d := create(ctx, dut, kinds(dut)[0])
	ask := operate.Run{Name: row.Operation, Kind: row.ID, With: map[string]string{"function": row.ID}, Secrets: map[string]evidence.Secret{}}
	if by.login == "" {
		ask.Secrets["token"] = Ask(ctx, dut, Canary{Name: "a session that nobody has"})
	} else {
		ask.With["user"], ask.Secrets["password"] = user(dut, by.login), dut.Secret(dut.Sample().Logins[by.login].Password)
	}
	out := Do(ctx, dut, ask)
	if by.login != "" && (len(out.Steps) == 0 || !strings.HasPrefix(out.Steps[0].What, "log in as ") || !out.Steps[0].OK) {
		Inconclude("%s could not log in, so that a refusal shows nothing: %s", by, last(out))
	}
	got := Ask(ctx, dut, operate.ReadUserData{Kind: d.Kind, Canary: d.Canary})
	switch {
	case got.Found:
		return false
	case !got.Read && got.LoggedIn:
		Inconclude("whether the owner's data are still there cannot be asked: %s", got.Why)
	case !out.OK:
		Inconclude("the owner's data are gone although the device refused %s (%s)", by, last(out))
	}
	return true
}

// coversAll is the control: the owner's own request erases, and what it erases is everybody's.
func coversAll(ctx context.Context, dut *DUT, row device.DelFunc, lesser string) {
	theirs := datum{kinds(dut)[0], Ask(ctx, dut, Canary{Name: "user data of " + lesser})}
	made := Do(ctx, dut, operate.Run{Name: "create-user-data", Kind: theirs.Kind, With: map[string]string{"user": user(dut, lesser)},
		Secrets: map[string]evidence.Secret{"canary": theirs.Canary, "password": dut.Secret(dut.Sample().Logins[lesser].Password)}})
	if !made.OK {
		Note(ctx, "the user %s can make no data of his own, so that the owner's erasure of them was not shown", lesser)
	}
	if out := start(ctx, dut, row, evidence.Secret{}); !out.OK {
		Inconclude("the owner's own request did not work either (%s), so that no refusal shows anything", last(out))
	}
	if row.Operation == "factory-reset" {
		setUp(ctx, dut)
	}
	for _, reader := range []string{"owner", lesser} {
		read := operate.ReadUserData{Kind: theirs.Kind, As: reader, Canary: theirs.Canary}
		if !Ask(ctx, dut, read).Found {
			continue
		}
		read.After = time.Minute
		Expect(Ask(ctx, dut, read).Found).To(BeFalse(), "the owner's %s (%s) leaves user data of %s, at two looks", row.ID, row.Description, lesser)
	}
}
