package harness

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness/answers"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
)

// seen is a run in which unit 5.1-1-2c was given one answer.
func seen(t *testing.T, address, firmware, answer string, f *device.File) *Past {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	rec, err := evidence.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Close()
	o := opening()
	o.Identity.Model, o.Identity.Firmware, o.Identity.Addresses = "Cam One", firmware, []string{address}
	key := fmt.Sprintf(`login.Find{"At":"%s:80"}`, address)
	for _, e := range []evidence.Event{{Kind: evidence.Opened, Data: must(o)},
		{Kind: evidence.Saw, Device: "A", Key: key, Answer: json.RawMessage(answer)},
		{Kind: evidence.Used, Device: "A", Unit: "5.1-1-2c", Key: key, Of: 2}} {
		if _, err := rec.Append(e); err != nil {
			t.Fatal(err)
		}
	}
	p, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	p.File = f
	return p
}

func TestInputsChangeWithWhatAJudgementRestsOn(t *testing.T) {
	const answer = `{"at":"192.0.2.7","a":"secret:aaaaaaaaaaaaaaaaaaaaaaaa","b":"secret:bbbbbbbbbbbbbbbbbbbbbbbb"}`
	file := func(how string) *device.File {
		return &device.File{Edition: "V2.1", ICS: map[string]device.Claim{"default": {Support: "Y"}},
			IXIT: device.IXIT{AuthMech: &[]device.AuthMech{{ID: "AuthMech-1", Generation: how, Gen: &device.Gen{Origin: "user"}}}}}
	}
	then := seen(t, "192.0.2.7", "1.0", answer, file("by the user")).Inputs("5.1-1-2c")
	other := strings.NewReplacer("192.0.2.7", "198.51.100.9", "aaaaaaaa", "cccccccc", "bbbbbbbb", "dddddddd")
	typed := file("by the user")
	(*typed.IXIT.AuthMech)[0].Gen.Origin = "none"
	claim := file("by the user")
	claim.ICS["5.1-1"] = device.Claim{Support: "N/A", Detail: "no passwords"}
	for name, tc := range map[string]struct {
		now  *Past
		want string
	}{
		"another address and other handles": {seen(t, "198.51.100.9", "1.0", other.Replace(answer), file("by the user")), ""},
		"equal secrets are no others":       {seen(t, "192.0.2.7", "1.0", strings.ReplaceAll(answer, "b", "a"), file("by the user")), "answer: A login.Find"},
		"another answer":                    {seen(t, "192.0.2.7", "1.0", `{}`, file("by the user")), "answer: A login.Find"},
		"another firmware":                  {seen(t, "192.0.2.7", "1.1", answer, file("by the user")), "the firmware changed"},
		"another declaration":               {seen(t, "192.0.2.7", "1.0", answer, file("from the MAC")), "device file: 1-AuthMech changed"},
		"another typed key":                 {seen(t, "192.0.2.7", "1.0", answer, typed), "device file: 1-AuthMech changed"},
		"another claim":                     {seen(t, "192.0.2.7", "1.0", answer, claim), "ICS: 5.1-1 changed"},
		"no device file":                    {seen(t, "192.0.2.7", "1.0", answer, nil), "device file: 1-AuthMech is no longer there"},
	} {
		why := strings.Join(answers.Changed(then, tc.now.Inputs("5.1-1-2c")), "; ")
		if (why == "") != (tc.want == "") || !strings.Contains(why, tc.want) {
			t.Errorf("%s: %q, want %q", name, why, tc.want)
		}
	}
	if of := seen(t, "192.0.2.7", "1.1", answer, file("by the user")).Inputs("5.1-1-1a"); len(answers.Changed(seen(t, "192.0.2.7", "1.0", answer, file("by the user")).Inputs("5.1-1-1a"), of)) > 0 {
		t.Error("a conceptual unit is asked again for another firmware alone")
	}
}
