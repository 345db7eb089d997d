// Package answers is what persons attest of a run: who judged which unit how, why, and by what evidence.
//
// Its one idea is that an answer is an observation like any other: it is written once, beside the record, in a chain that
// cannot be changed unseen, signed by the key of the person who answers for it, and it binds the answer to the run, to the
// evidence and to what the person saw. Nothing is ever rewritten: who changes his mind answers again.
//
//	book, err := answers.Load(dir, lab)                    // answers.jsonl, verified; a torn last line is none
//	e, err := answers.Append(dir, answers.Entry{Kind: answers.Answer, Unit: "5.3-10-1a", Verdict: "PASS", …}, key)
//	for _, j := range book.Judgements("5.3-10-1a") { … }   // the latest valid answer of each person
//
// A line whose signature does not verify, or whose person is not entitled to the clause, counts for nothing and is named.
package answers

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A Kind is what a line of the book says.
type Kind string

// Kinds of entries.
const (
	Answer   Kind = "answer"   // a person judges a unit
	Confirm  Kind = "confirm"  // a second person confirms answer Of
	Object   Kind = "object"   // a second person objects to answer Of
	External Kind = "external" // a certificate or report is put forward for units
	Proposed Kind = "proposal" // imported without evidence or key: shown, and counts for nothing
)

// An Entry is a line of answers.jsonl.
type Entry struct {
	N         int          `json:"n"`
	Prev      string       `json:"prev"` // SHA-256 of the line before, hex
	Kind      Kind         `json:"kind"`
	Run       string       `json:"run"` // SHA-256 of the first line of the record that it is about
	Edition   string       `json:"edition"`
	Unit      string       `json:"unit,omitempty"`    // 5.3-10-1a; of an external document it is in Units
	Verdict   string       `json:"verdict,omitempty"` // PASS, FAIL, INCONCLUSIVE; DONE, NOT DONE of a unit that prepares
	Reason    string       `json:"reason,omitempty"`
	Evidence  []Evidence   `json:"evidence,omitempty"`
	Inputs    []Input      `json:"inputs,omitempty"`
	Of        string       `json:"of,omitempty"` // ID of the answer that is confirmed or objected to
	Document  *Certificate `json:"document,omitempty"`
	Taken     *Taken       `json:"taken,omitempty"`
	By        string       `json:"by"`
	Role      string       `json:"role,omitempty"`
	Key       string       `json:"key,omitempty"` // public key of By
	Lab       string       `json:"lab,omitempty"` // SHA-256 of the lab file in force, kept as evidence
	At        time.Time    `json:"at"`
	Signature string       `json:"signature,omitempty"` // of the line without this field; it is the last one
}

// Evidence is what an answer rests on, kept in the run's evidence by its content.
type Evidence struct {
	File   string `json:"file"`   // its name; of an address, the address
	SHA256 string `json:"sha256"` // of its bytes
	Kind   string `json:"kind"`   // file, photo, text, address
}

// EvidenceKinds are the kinds of evidence.
var EvidenceKinds = []string{"file", "photo", "text", "address"}

// An Input is something that a judgement rested on: where it changed, the question is asked again.
type Input struct {
	What   string `json:"what"` // "device file: 7-UpdMech", "the method", "answer: tls.Offers{…}"
	SHA256 string `json:"sha256"`
}

// Taken is an answer of an earlier run that was taken over, with the line as it was signed then.
type Taken struct {
	Run  string `json:"run"`  // directory or name of that run, for a reader
	Line string `json:"line"` // of its answers.jsonl
}

// A Certificate is external evidence: a certificate or a test report of somebody else.
type Certificate struct {
	Issuer     string   `json:"issuer"`                // who gave it
	Title      string   `json:"title"`                 // what it is called
	Date       string   `json:"date"`                  // of its issue, as 2027-01-31
	ValidUntil string   `json:"valid_until,omitempty"` // last day; empty: it names no end
	Model      string   `json:"model"`                 // that it speaks of
	Firmware   string   `json:"firmware,omitempty"`    // "2.4.1", or the line "2.4.*"
	Scope      string   `json:"scope"`                 // in its own words
	Units      []string `json:"units"`                 // that it may stand for
}

// Verdicts are those that a person may give.
var Verdicts = []string{"PASS", "FAIL", "INCONCLUSIVE", "DONE", "NOT DONE"}

// Bounds of an answer.
const (
	MinWords  = 4 // of a sentence
	MaxReason = 8 << 10
)

// CheckReason wants a sentence.
func CheckReason(s string) error {
	switch {
	case len(strings.Fields(s)) < MinWords:
		return fmt.Errorf("the reason %q is no sentence: say in at least %d words what was seen, and why it leads to this verdict", s, MinWords)
	case len(s) > MaxReason:
		return fmt.Errorf("the reason has %d bytes, more than %d: attach it as evidence", len(s), MaxReason)
	}
	return nil
}

// Changed names the inputs of then that are not the same now: changed, gone or new.
func Changed(then, now []Input) (why []string) {
	find := func(list []Input, what string) (Input, bool) {
		i := slices.IndexFunc(list, func(in Input) bool { return in.What == what })
		if i < 0 {
			return Input{}, false
		}
		return list[i], true
	}
	for _, t := range then {
		switch n, ok := find(now, t.What); {
		case !ok:
			why = append(why, t.What+" is no longer there")
		case n.SHA256 != t.SHA256:
			why = append(why, t.What+" changed")
		}
	}
	for _, n := range now {
		if _, ok := find(then, n.What); !ok {
			why = append(why, n.What+" is new")
		}
	}
	return why
}

// address tells a web address.
func address(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
}
