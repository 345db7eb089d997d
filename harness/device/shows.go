package device

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Shows is what the IXIT itself tells of a condition: yes or no, and by what; "" where it does not tell.
//
//	f.Shows("C(6)") // yes, "24-TelData declares TelData-1"
func (f *File) Shows(condition string) (Answer, string) {
	if of, ok := shown[condition]; ok {
		return of(&f.IXIT)
	}
	return "", ""
}

// A fact is what tables tell of a condition.
type fact = func(*IXIT) (Answer, string)

// shown is what tables tell of conditions. Some tell it in both directions; others, which rest on typed keys or on one
// table of several, by their presence alone.
var shown = map[string]fact{
	"C(1)":  table("1-AuthMech", authMechs, password),
	"F(a)":  table("1-AuthMech", authMechs, password),
	"C(2)":  presence(table("1-AuthMech", authMechs, preinstalled)),
	"F(b)":  presence(table("1-AuthMech", authMechs, preinstalled)),
	"F(c)":  presence(table("1-AuthMech", authMechs, everyLogin)),
	"C(8)":  presence(table("1-AuthMech", authMechs, func(m AuthMech) bool { return m.Use == "user" })),
	"F(d)":  presence(table("1-AuthMech", authMechs, func(m AuthMech) bool { return m.Use == "user" })),
	"F(e)":  presence(table("1-AuthMech", authMechs, func(m AuthMech) bool { return len(m.At) > 0 })),
	"C(3)":  presence(table("6-SoftComp", softComps, func(c SoftComp) bool { return c.UpdMechs != nil && len(c.UpdMechs) == 0 })),
	"F(g)":  presence(table("6-SoftComp", softComps, func(c SoftComp) bool { return len(c.UpdMechs) > 0 })),
	"C(12)": table("7-UpdMech", updMechs, func(UpdMech) bool { return true }),
	"C(9)":  presence(table("7-UpdMech", updMechs, func(m UpdMech) bool { return automatic(m) || notifies(m) })),
	"F(h)":  presence(table("7-UpdMech", updMechs, automatic)),
	"F(i)":  presence(table("7-UpdMech", updMechs, notifies)),
	"C(11)": presence(table("7-UpdMech", updMechs, network)),
	"F(j)":  presence(table("7-UpdMech", updMechs, network)),
	"C(16)": presence(table("10-SecParam", secParams, critical)),
	"F(o)":  presence(table("10-SecParam", secParams, func(p SecParam) bool { return critical(p) && len(p.ComMechs) > 0 })),
	"F(n)":  presence(table("13-SoftServ", softServs, func(s SoftServ) bool { return s.Configures.Yes() && len(s.At) > 0 })),
	"C(13)": presence(table("15-Intf", intfs, func(i Intf) bool { return i.IsDebug.Yes() && i.Accessible.Yes() })),
	"F(r)":  presence(table("15-PhyIntf", phyIntfs, debug)),
	"F(q)":  either(presence(table("15-PhyIntf", phyIntfs, debug)), presence(table("28-LogIntf", logIntfs, debug))),
	"F(p)":  presence(table("28-LogIntf", logIntfs, func(i Intf) bool { return i.Need == "never" })),
	"F(s)":  presence(table("20-SecBoot", func(x *IXIT) *[]SecBoot { return x.SecBoot }, func(SecBoot) bool { return true })),
	"F(v)":  table("22-ExtSens", func(x *IXIT) *[]Described { return x.ExtSens }, func(Described) bool { return true }),
	"C(6)":  table("24-TelData", telData, func(TelData) bool { return true }),
	"F(w)":  table("24-TelData", telData, func(TelData) bool { return true }),
	"F(z)":  table("21-PersData", persData, func(PersData) bool { return true }),
	"C(7)":  presence(table("21-PersData", persData, consented)),
	"F(y)":  presence(table("21-PersData", persData, consented)),
	"F(t)":  presence(table("21-PersData", persData, atService)),
	"F(x)":  presence(table("21-PersData", persData, atService)),
	"F(u)":  presence(table("21-PersData", persData, func(p PersData) bool { return atService(p) && sensitive(p) })),
}

func authMechs(x *IXIT) *[]AuthMech { return x.AuthMech }
func softComps(x *IXIT) *[]SoftComp { return x.SoftComp }
func updMechs(x *IXIT) *[]UpdMech   { return x.UpdMech }
func secParams(x *IXIT) *[]SecParam { return x.SecParam }
func softServs(x *IXIT) *[]SoftServ { return x.SoftServ }
func intfs(x *IXIT) *[]Intf         { return x.Intf }
func phyIntfs(x *IXIT) *[]Intf      { return x.PhyIntf }
func logIntfs(x *IXIT) *[]Intf      { return x.LogIntf }
func persData(x *IXIT) *[]PersData  { return x.PersData }
func telData(x *IXIT) *[]TelData    { return x.TelData }

func everyLogin(AuthMech) bool { return true }
func password(m AuthMech) bool { return strings.Contains(strings.ToLower(m.Factor), "password") }
func preinstalled(m AuthMech) bool {
	return password(m) && m.Gen != nil && m.Gen.Origin == "preinstalled"
}
func automatic(m UpdMech) bool  { return m.Upd != nil && strings.HasPrefix(m.Upd.Apply, "auto") }
func notifies(m UpdMech) bool   { return m.Upd != nil && m.Upd.Notify.Yes() }
func network(m UpdMech) bool    { return m.Upd != nil && m.Upd.Network.Yes() }
func critical(p SecParam) bool  { return p.Type == "critical" }
func debug(i Intf) bool         { return i.IsDebug.Yes() }
func consented(p PersData) bool { return p.Consent.Yes() }
func atService(p PersData) bool { return slices.Contains(p.Stored, "service") }
func sensitive(p PersData) bool { return strings.HasPrefix(strings.ToLower(p.Sensitive), "yes") }

// table tells whether rows of a table are such: yes and which is the first, no where it is declared as none, else "".
func table[T any](name string, of func(*IXIT) *[]T, such func(T) bool) fact {
	return func(x *IXIT) (Answer, string) {
		rows := of(x)
		if rows == nil {
			return "", ""
		}
		for _, r := range *rows {
			if such(r) {
				return Yes, fmt.Sprintf("%s declares %s", name, reflect.ValueOf(r).FieldByName("ID"))
			}
		}
		if len(*rows) == 0 {
			return No, name + " is declared as none"
		}
		return "", ""
	}
}

// presence keeps a yes: where the tables do not say it, that tells nothing.
func presence(of fact) fact {
	return func(x *IXIT) (Answer, string) {
		if a, why := of(x); a.Yes() {
			return a, why
		}
		return "", ""
	}
}

// either is a yes of one of two.
func either(a, b fact) fact {
	return func(x *IXIT) (Answer, string) {
		if answer, why := a(x); answer.Yes() {
			return answer, why
		}
		return b(x)
	}
}
