package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// TestAnswerStories answers for small records: "run", and later ones, of which "twin" has another firmware alone, "later" another
// update mechanism too, and "other" is of another model.
func TestAnswerStories(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/answer", Setup: func(e *testscript.Env) error {
		e.Setenv("NO_COLOR", "1")
		e.Setenv("CAM_PASSWORD", "correct horse battery")
		writeRun(t, filepath.Join(e.WorkDir, "run"), "Cam One", "2.4.1", "nightly")
		writeRun(t, filepath.Join(e.WorkDir, "later"), "Cam One", "2.5.0", "weekly")
		writeRun(t, filepath.Join(e.WorkDir, "twin"), "Cam One", "2.4.2", "nightly")
		writeRun(t, filepath.Join(e.WorkDir, "other"), "Cam Two", "2.4.1", "nightly")
		return nil
	}})
}

const answeredDevice = `device: {manufacturer: Specimen Works, model: MODEL, firmware: FIRMWARE}
edition: V2.1
ics:
  default: {support: Y}
ixit:
  7-UpdMech:
    - ID: UpdMech-1
      Description: the device asks its maker WHEN
      Security Guarantees: [authenticity, integrity]
      Cryptographic Details: Ed25519 over the image
      Initiation and Interaction: by itself
      Configuration: none
      Update Checking: WHEN, and at each start
      User Notification: at the page
samples:
  a:
    logins:
      owner: {user: owner, password: "env:CAM_PASSWORD"}
`

// writeRun makes the record of a run in which the machine found a FAIL and proposes a PASS.
func writeRun(t testing.TB, dir, model, firmware, when string) {
	t.Helper()
	text := strings.NewReplacer("MODEL", model, "FIRMWARE", firmware, "WHEN", when).Replace(answeredDevice)
	rec, err := evidence.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Close()
	file, err := rec.Put("device file", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	f, err := device.Kept(dir, file.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	o := harness.Opening{Run: filepath.Base(dir), Target: "cam", At: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC), Edition: provisions.V21,
		State: device.Initialised, Effort: harness.Normal, ICS: f.ICS, DeviceFile: file.SHA256, Plan: []string{"5.1-1-2c", "5.3-7-1a"},
		Authorisation: &device.Authorisation{By: "Lab X", Right: "customer order"}}
	o.Identity.Identification = f.Device
	events := []evidence.Event{{Kind: evidence.Opened, Data: asJSON(t, o), Evidence: []evidence.File{file}},
		{Kind: evidence.Judged, Unit: "5.1-1-2c", Data: asJSON(t, harness.Outcome{Unit: "5.1-1-2c", Purpose: "no password is common", Verdict: harness.Fail,
			Reason: "admin/admin opens <it>", Basis: harness.BasisObserved, Attempts: 2})},
		{Kind: evidence.Judged, Unit: "5.3-7-1a", Data: asJSON(t, harness.Outcome{Unit: "5.3-7-1a", Purpose: "the cryptography of updates suits its use", Verdict: harness.Inconclusive,
			Reason: "a person must judge this; proposed: PASS, Ed25519 is accepted", Basis: harness.BasisDeclared, Attempts: 1,
			Proposal: &harness.Proposal{Verdict: harness.Pass, Reason: "Ed25519 is accepted"}})},
		{Kind: evidence.Closed}}
	for _, e := range events {
		e.At = o.At
		if _, err := rec.Append(e); err != nil {
			t.Fatal(err)
		}
	}
}

func asJSON(t testing.TB, v any) json.RawMessage {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
