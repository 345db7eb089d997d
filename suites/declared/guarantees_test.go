package declared

import (
	"fmt"
	"testing"

	"github.com/secure-by-design/assay/harness/device"
)

func TestGuarantees(t *testing.T) {
	for want, list := range map[string][]string{
		"[confidentiality integrity server authenticity] []": {"Confidentiality", "integrity", "server authenticity"},
		"[client authenticity server authenticity] []":       {"mutual authentication"},
		"[authenticity integrity] [non-repudiation]":         {"authenticity, integrity", "non-repudiation"},
		"[] []": {},
		"[client authenticity confidentiality] []":               {"user authentication and encryption"},
		"[availability confidentiality replay protection] [pfs]": {"availability", "encrypted", "anti-replay: replayed frames are dropped", "pfs"},
	} {
		row := device.Row{ID: "C-1", Fields: map[string]string{"Security Guarantees": fmt.Sprint(list)}, Lists: map[string][]string{"Security Guarantees": list}}
		promised, others := Guarantees(row)
		if got := fmt.Sprint(promised, others); got != want {
			t.Errorf("%q: %s, want %s", list, got, want)
		}
	}
	if m := Missing([]Guarantee{ServerAuthenticity}, Integrity, Authenticity); fmt.Sprint(m) != "[integrity]" {
		t.Error(m)
	}
}
