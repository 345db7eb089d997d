package harness

import (
	"time"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

// MatrixFormat names the form of matrix.json; it changes when a field changes its meaning.
const MatrixFormat = "assay.matrix/1"

// A Matrix is what a run found of one device: all provisions of the edition, also those not run.
// It is computed from the record by Fold and written as matrix.json; reports only show it.
type Matrix struct {
	Format         string                `json:"format"`
	Run            string                `json:"run"`            // name of the run
	Target         string                `json:"target"`         // as it was called on the command line
	Edition        provisions.Edition    `json:"edition"`        // V2.1 or V3.1
	Identity       Identity              `json:"device"`         // what was tested
	Twin           *Identity             `json:"twin,omitempty"` // the second unit
	State          device.State          `json:"state"`          // of the device, and
	StateShownBy   string                `json:"state_shown_by"` // how that is known
	Authorisation  *device.Authorisation `json:"authorisation,omitempty"`
	Declared       bool                  `json:"declared"`                  // a device file with an ICS was given
	Selection      []string              `json:"selection"`                 // --only; empty: all
	Effort         string                `json:"effort"`                    // quick, normal, long
	Allowed        provisions.Level      `json:"allowed"`                   // highest level of intrusiveness
	Reduced        []string              `json:"reduced,omitempty"`         // why this run is less than the method asks
	SelfAssessment bool                  `json:"self_assessment,omitempty"` // who tests is who made it
	Draft          []string              `json:"draft_mapping,omitempty"`   // units of which even the letter is in doubt, and nobody held them against the document
	Tool           Tool                  `json:"tool"`
	Began          time.Time             `json:"began"`
	Ended          time.Time             `json:"ended"`
	WaitedS        float64               `json:"waited_s,omitempty"`          // of the time between: what methods made it wait for locks, windows and watches, in seconds
	Complete       bool                  `json:"complete"`                    // false: the run was cut short
	Cut            string                `json:"cut,omitempty"`               // why
	Verdict        Verdict               `json:"verdict"`                     // of the device; "" where no claim was made
	Line           string                `json:"line"`                        // the verdict as a sentence
	Exit           int                   `json:"exit"`                        // exit code: 0, 1 or 2
	Answers        *Answered             `json:"answers,omitempty"`           // the run's answers, if any
	ICS            []ICSProblem          `json:"ics_problems,omitempty"`      // what is wrong with the ICS
	Required       []string              `json:"required,omitempty"`          // units that must be PASS, and
	Lost           []string              `json:"required_not_pass,omitempty"` // those of them that are not
	Unused         []Waiver              `json:"unused_waivers,omitempty"`    // waivers that no FAIL needed
	Rows           []Row                 `json:"rows"`                        // all provisions of the edition, then those beyond it
	Roots          []Root                `json:"roots,omitempty"`
	Findings       []Finding             `json:"findings,omitempty"`
	Parameters     map[string]string     `json:"parameters"`           // thresholds and quotas of ours that were in force
	Undone         []string              `json:"undone,omitempty"`     // what was restored, and
	NotUndone      []string              `json:"not_undone,omitempty"` // what could not be
	Head           string                `json:"head"`                 // SHA-256 of the record's last line
	Others         []string              `json:"other_runs,omitempty"` // earlier runs on this sample
}

// Answered is the book of answers that was folded in.
type Answered struct {
	Head    string   `json:"head"`              // SHA-256 of its last line
	Lab     string   `json:"lab,omitempty"`     // SHA-256 of the lab file that says whose signature counts
	LabKept bool     `json:"lab_kept"`          // that file is the one kept beside the answers: the reader named none of his own
	Final   bool     `json:"final"`             // every PASS that a person judged needs a second person
	Invalid []string `json:"invalid,omitempty"` // entries that count for nothing, and why
}

// An ICSProblem is a row of the ICS that does not stand.
type ICSProblem struct {
	Provision provisions.ID `json:"provision"`      // whose row it is
	Problem   string        `json:"problem"`        // what is wrong
	Open      bool          `json:"open"`           // something is not said; else the ICS is invalid, and the device FAIL
	Next      string        `json:"next,omitempty"` // what would settle it
}

// Identity is which device it was, as far as was seen or declared.
type Identity struct {
	device.Identification
	Name      string   `json:"name,omitempty"`
	Addresses []string `json:"addresses,omitempty"`
	MAC       string   `json:"mac,omitempty"`
}

// Tool is what judged.
type Tool struct {
	Version   string `json:"version"`
	Build     string `json:"build"`     // revision of the source
	Catalogue string `json:"catalogue"` // digest of the standard's data
}

// Words of a row where nothing is declared, and of a provision that was not run.
const (
	Contrary  = "contrary evidence"
	NotJudged = "observed, not judged"
	NotLooked = "not looked at"
)

// A Row is a provision.
type Row struct {
	Provision  provisions.ID         `json:"provision"`
	Beyond     bool                  `json:"beyond,omitempty"` // not of the standard: counts in no device verdict
	Obligation provisions.Obligation `json:"obligation,omitempty"`
	Conditions []string              `json:"conditions,omitempty"`
	Summary    string                `json:"summary"`
	Confidence string                `json:"confidence,omitempty"` // of the catalogue, below high: to be checked against the document
	Claim      string                `json:"claim,omitempty"`      // Y, N, N/A; empty: none
	Verdict    Verdict               `json:"verdict"`
	Word       string                `json:"word,omitempty"` // one of the three words, where nothing is claimed
	Reason     string                `json:"reason,omitempty"`
	Basis      map[Basis]int         `json:"basis,omitempty"`       // units by basis
	Judged     int                   `json:"judged"`                // units with PASS or FAIL, of
	Planned    int                   `json:"planned"`               // all that judge
	Attested   []string              `json:"attested_by,omitempty"` // persons whose judgement its units rest on, with their roles
	Waived     []Waiver              `json:"waived,omitempty"`      // of its FAILs, all of which are waived: FAIL stays FAIL, the exit code yields
	Units      []UnitRow             `json:"units"`
}

// A UnitRow is a test unit and how it came out.
type UnitRow struct {
	Unit         string            `json:"unit"` // 5.1-1-2c
	Case         string            `json:"case"`
	Kind         string            `json:"kind"`    // conceptual, functional, beyond
	Purpose      string            `json:"purpose"` // in the suite's words, or the catalogue's
	Verdict      Verdict           `json:"verdict"`
	Word         string            `json:"word,omitempty"`
	Reason       string            `json:"reason,omitempty"`
	Next         string            `json:"next,omitempty"` // what would settle it
	Cap          string            `json:"cap,omitempty"`  // what the method cannot show
	Basis        Basis             `json:"basis,omitempty"`
	Level        provisions.Level  `json:"level"`
	Attempts     int               `json:"attempts"` // answers that the judgement rests on
	Climbed      []provisions.Rung `json:"climbed,omitempty"`
	Missed       []Missed          `json:"missed,omitempty"`
	Automatic    bool              `json:"automatic"` // a suite judges it
	Vacuous      bool              `json:"vacuous,omitempty"`
	Contradicted bool              `json:"contradicted,omitempty"` // the device is otherwise than declared: no answer takes the place of it
	Proposal     *Proposal         `json:"proposal,omitempty"`     // what the machine proposes, where a person must judge
	Machine      *Said             `json:"machine,omitempty"`      // what the machine says, where a person says otherwise
	Attested     []Attestation     `json:"attested,omitempty"`     // what persons say, signed
	Imported     []Said            `json:"imported,omitempty"`     // what persons say without evidence or key: it counts for nothing
	External     []Exhibit         `json:"external,omitempty"`     // documents of others that were put forward
	Waived       *Waiver           `json:"waived,omitempty"`       // of its FAIL, which stays FAIL
	Notes        []string          `json:"notes,omitempty"`        // narrower caps, parameters, findings of this unit
	Evidence     []EvidenceRef     `json:"evidence,omitempty"`
	Began        time.Time         `json:"began,omitzero"`
	Confidence   string            `json:"confidence,omitempty"`
}

// Missed is a rung that was not climbed, and why.
type Missed struct {
	Rung provisions.Rung `json:"rung"`
	Why  string          `json:"why"`
}

// An EvidenceRef leads to a line of the record and the files that it names.
type EvidenceRef struct {
	Event  int      `json:"event"`            // line of events.jsonl
	Device string   `json:"device"`           // A or B
	What   string   `json:"what"`             // the question or operation, for a reader
	Answer string   `json:"answer,omitempty"` // in short
	Files  []string `json:"files,omitempty"`  // SHA-256 each; they are kept as evidence/<SHA-256>.txt
}

// A Root is one cause that turns several units red.
type Root struct {
	Cause string   `json:"cause"`
	Units []string `json:"units"`
}

// A Finding is something seen that no unit judges.
type Finding struct {
	Text     string `json:"text"`
	Question string `json:"question,omitempty"` // whose answer would settle it
	Unit     string `json:"unit,omitempty"`
}
