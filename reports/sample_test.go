package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/answers"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

// A result is an invented outcome of a unit.
type result struct {
	verdict harness.Verdict
	word    string
	reason  string
	next    string
	basis   harness.Basis
}

var (
	declaredResults = map[string]result{
		"5.1-1-1a": {harness.Pass, "", "each of 3 password rows is per device or user-set", "", harness.BasisDeclared},
		"5.1-1-2a": {harness.Inconclusive, "", "state not shown: the observation stands as a finding", "say how far its set-up has come: --state", ""},
		"5.1-1-2c": {harness.Fail, "", "admin/admin opens https://127.1.2.3:8443/, three times of three, in a state shown to be initialised", "", harness.BasisObserved},
		"5.1-5-2b": {harness.Pass, "", "after 5 wrong tries each further one waits 30 s; the own password still opened it", "", harness.BasisObserved},
		"5.3-2-2a": {harness.Done, "", "", "", harness.BasisObserved},
		"5.3-2-2b": {harness.Fail, "", "an image whose payload was changed was installed, twice of two; the genuine one was too", "", harness.BasisObserved},
		"5.3-2-2c": {harness.NotDone, "", "the device did not take the genuine image", "give the image n+1 in the device file: updates.images", ""},
		"5.5-1-2a": {harness.Fail, "", "mqtt on port 1883 carries the canary in clear", "", harness.BasisObserved},
		"5.5-6-2a": {harness.Fail, "", "mqtt on port 1883 carries the canary in clear", "", harness.BasisObserved},
		"5.5-7-2a": {harness.Inconclusive, "", "needs the bench to stand between", "run it on the bench", ""},
		"5.6-1-2a": {harness.Pass, "", "every port declared disabled is closed, of 65535 asked", "", harness.BasisObserved},
		"5.11-1-2b": {harness.Inconclusive, "", "no operation factory-reset is declared",
			"declare the operation factory-reset in the device file", ""},
		"5.2-1-2a": {harness.Pass, "", "the policy is there, as a person saw", "", harness.BasisAttested},
		"LOST-01":  {harness.Fail, "", "both units present the TLS key 7f3a…", "", harness.BasisObserved},
	}
	observedResults = map[string]result{
		"5.1-1-2c": {harness.Fail, harness.Contrary, "root/root opens telnet on port 23", "", harness.BasisObserved},
		"5.5-1-2a": {harness.Inconclusive, harness.NotJudged, "would fail if claimed: TLS 1.0 is offered on port 443", "", harness.BasisObserved},
		"5.6-1-2a": {harness.Inconclusive, harness.NotJudged, "nothing contrary was seen, and nothing is claimed", "declare its interfaces in IXIT 15-PhyIntf", harness.BasisObserved},
	}
)

// declaredRun is a run with a declaration, in the older edition.
func declaredRun() *harness.Matrix {
	m := sample(provisions.V21, declaredResults)
	m.Declared = true
	m.State, m.StateShownBy = device.Initialised, "the operation initialise"
	m.Authorisation = &device.Authorisation{By: "Lab Example", For: "Acme", Right: "customer order 17", Place: "room 3", Until: "2027-01-31"}
	m.Twin = &harness.Identity{Identification: device.Identification{Serial: "4712"}, Name: "cam-2", Addresses: []string{"127.1.2.4"}}
	m.Effort, m.Reduced = "quick", []string{"quick effort: less is tried than the method asks"}
	m.Verdict, m.Exit, m.Line = harness.Fail, harness.ExitFail, "FAIL: 5.1-1, 5.3-2, 5.5-1, 5.5-6"
	m.Roots = []harness.Root{{Cause: "mqtt on port 1883 carries the canary in clear", Units: []string{"5.5-1-2a", "5.5-6-2a"}}}
	m.Undone, m.NotUndone = []string{"password of owner: read back"}, []string{"firmware: no image n-1 was given"}
	m.Others = []string{"20261120-1010"}
	witnessed(m)
	for i := range m.Rows {
		r := &m.Rows[i]
		switch {
		case r.Beyond:
		case r.Provision == "5.10-1":
			r.Claim, r.Word = "N/A", harness.NotLooked
		case r.Provision == "5.4-2":
			r.Claim, r.Word = "N", harness.NotLooked
		default:
			r.Claim = "Y"
		}
	}
	return m
}

// witnessed adds what persons and documents say.
func witnessed(m *harness.Matrix) {
	m.Answers = &harness.Answered{Head: sum("answers"), Lab: sum("lab"), LabKept: true,
		Invalid: []string{"answers.jsonl:7: the entry for 5.3-2-2b of Eve counts for nothing: its signature does not verify"}}
	m.ICS = []harness.ICSProblem{{Provision: "5.10-1", Problem: "5.10-1 is claimed as N/A without a rationale", Next: "write 5.10-1: {support: N/A, detail: why it does not apply}"}}
	ada := harness.Said{By: "Ada Lovelace", Verdict: harness.Pass, Basis: harness.BasisAttested, Reason: "at another unit the same words were refused"}
	bob := harness.Said{By: "Bob <b>", Verdict: harness.Inconclusive, Basis: harness.BasisAttested, Reason: "that unit was not of this firmware"}
	photo := answers.Evidence{File: "label.jpg", SHA256: sum("photo"), Kind: "photo"}
	for i := range m.Rows {
		for j := range m.Rows[i].Units {
			u := &m.Rows[i].Units[j]
			switch u.Unit {
			case "5.1-1-2c":
				u.Machine = &harness.Said{Verdict: u.Verdict, Basis: u.Basis, Reason: u.Reason}
				u.Attested = []harness.Attestation{{Said: ada, Role: "assessor", At: m.Began, ID: sum("ada"), From: "20261120-1010", TakenBy: "Bob <b>",
					Evidence: []answers.Evidence{photo}, Objected: []harness.Said{bob}}}
				m.Rows[i].Attested = []string{"Ada Lovelace, assessor"}
			case "5.1-1-2a":
				u.Proposal = &harness.Proposal{Verdict: harness.Pass, Reason: "each log-in is declared"}
				u.Imported = []harness.Said{{By: "sheet.yaml", Verdict: harness.Pass, Reason: "the manual names no other"}}
			case "5.1-1-1a":
				u.External = []harness.Exhibit{{Certificate: answers.Certificate{Issuer: "Lab Y", Title: "Report 7", Date: "2026-05-01", Model: "Kitchen Camera 3", Scope: "passwords",
					Units: []string{u.Unit}}, SHA256: sum("report"), By: "Ada Lovelace", ID: sum("doc"), Why: "the unit was judged without it"}}
			}
		}
	}
}

// observedRun is a run without a declaration, in the newer edition, cut short.
func observedRun() *harness.Matrix {
	m := sample(provisions.V31, observedResults)
	m.State, m.StateShownBy, m.Effort = device.Unknown, "nobody", "normal"
	m.Exit, m.Line = harness.ExitFail, "no claim: not a conformance assessment; contrary evidence for 5.1-1"
	m.Complete, m.Cut = false, "stopped by the user"
	for i := range m.Rows {
		r := &m.Rows[i]
		if r.Beyond {
			continue
		}
		r.Word, r.Judged, r.Basis = harness.NotLooked, 0, nil
		for j := range r.Units {
			u := &r.Units[j]
			switch {
			case u.Word == "" && u.Attempts > 0:
				u.Verdict, u.Word, u.Reason = harness.Inconclusive, harness.NotJudged, "nothing contrary was seen, and nothing is claimed"
			case u.Word == "":
				u.Word = harness.NotLooked
			}
			if r.Word != harness.Contrary && u.Word != harness.NotLooked {
				r.Word = u.Word
			}
			if u.Verdict == harness.Fail {
				r.Judged, r.Basis = 1, map[harness.Basis]int{harness.BasisObserved: 1}
			}
		}
		if r.Word != harness.Contrary {
			r.Verdict = harness.Inconclusive
		}
	}
	return m
}

func sample(e provisions.Edition, results map[string]result) *harness.Matrix {
	began := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	m := &harness.Matrix{Format: harness.MatrixFormat, Run: "20261124-0800", Target: "cam-kitchen", Edition: e,
		Identity: harness.Identity{Identification: device.Identification{Manufacturer: "Acme", Model: "Kitchen Camera 3", Hardware: "B",
			Firmware: "2.1.0", Serial: "4711"}, Name: "cam-kitchen", Addresses: []string{"127.1.2.3", "fe80::1%eth0"}, MAC: "02:00:5e:00:53:01"},
		Allowed: provisions.Disruptive, Tool: harness.Tool{Version: "0.1.0", Build: "0123456789abcdef0123", Catalogue: sum("catalogue")},
		Began: began, Ended: began.Add(12*time.Minute + 5*time.Second), Complete: true, Head: sum("head"),
		Parameters: map[string]string{"guessing.tries": "110", "tcp.begin": "64 at once"},
		Findings: []harness.Finding{{Text: "an undeclared service listens on 9000/tcp", Question: "Which interface of the IXIT is it?", Unit: "5.6-1-2b"},
			{Text: "the device did not answer for 4 s after 3000 ports"}}}
	c := provisions.Must()
	for _, p := range slices.Concat(c.Provisions(e), c.Beyond()) {
		m.Rows = append(m.Rows, sampleRow(p, results))
	}
	return m
}

func sampleRow(p *provisions.Provision, results map[string]result) harness.Row {
	r := harness.Row{Provision: p.ID, Beyond: p.Beyond, Obligation: p.Obligation, Conditions: p.Conditions, Summary: p.Summary,
		Confidence: string(p.Confidence), Basis: map[harness.Basis]int{}}
	var verdicts []harness.Verdict
	var reasons []string
	for _, c := range p.Cases {
		for _, u := range c.Units {
			ur := sampleUnit(c, u, results)
			if !u.Method.Prepares {
				r.Planned++
			}
			if ur.Verdict == harness.Pass || ur.Verdict == harness.Fail {
				r.Judged++
				r.Basis[ur.Basis]++
			}
			if _, ok := results[u.ID]; ok && ur.Reason != "" && ur.Verdict != harness.Pass {
				reasons = append(reasons, u.ID+": "+ur.Reason)
			}
			verdicts = append(verdicts, ur.Verdict)
			r.Units = append(r.Units, ur)
		}
	}
	r.Verdict = harness.Fold(verdicts...)
	r.Reason = strings.Join(reasons, " · ")
	return r
}

func sampleUnit(c *provisions.Case, u *provisions.Unit, results map[string]result) harness.UnitRow {
	r := harness.UnitRow{Unit: u.ID, Case: c.ID, Kind: c.Kind, Purpose: c.Summary, Verdict: harness.Inconclusive,
		Reason: "not run: no test of this version judges it", Next: "judge it by hand", Cap: u.Method.Cap, Level: u.Method.Level,
		Confidence: string(u.Confidence)}
	got, ok := results[u.ID]
	if !ok && u.Provision == "5.6-2" { // one provision that passes as a whole
		got, ok = result{harness.Pass, "", "what is told without a login is what is declared", "", harness.BasisObserved}, true
	}
	if !ok {
		return r
	}
	r.Verdict, r.Word, r.Reason, r.Next, r.Basis, r.Automatic = got.verdict, got.word, got.reason, got.next, got.basis, true
	r.Climbed, r.Missed = []provisions.Rung{provisions.LAN}, []harness.Missed{{Rung: provisions.Twin, Why: "no second unit was given"}}
	r.Began = time.Date(2026, 11, 24, 8, 3, 0, 0, time.UTC)
	r.Notes = []string{"110 tries, quota of this tool"}
	if got.basis != harness.BasisDeclared {
		r.Attempts = 2
		for i := range r.Attempts {
			r.Evidence = append(r.Evidence, harness.EvidenceRef{Event: 40 + i, Device: "A", What: "login.Try{Port: 8443, User: admin}",
				Answer: fmt.Sprintf(`{"status":200,"try":%d}`, i), Files: []string{sum(u.ID + fmt.Sprint(i))}})
		}
	}
	return r
}

func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

// few keeps some rows, so that a golden file can be read.
func few(m *harness.Matrix, ids ...provisions.ID) *harness.Matrix {
	m.Rows = slices.DeleteFunc(m.Rows, func(r harness.Row) bool { return !slices.Contains(ids, r.Provision) })
	return m
}
