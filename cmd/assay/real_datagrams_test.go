//go:build real

package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness"
)

// An agent that takes the community public: contrary evidence by itself, and an interface that nobody declared.
func TestRealSNMP(t *testing.T) {
	inLab(t, 1, func(l *lab) {
		dir := l.lay(0, "snmp")
		l.serve(0, "SNMP_PERSISTENT_DIR="+dir+" exec snmpd -f -Lo -C -c "+dir+"/snmpd.conf -I -smux -p "+dir+"/pid")
		m, code := l.run(l.addr(0), "--state", "initialised", "--effort", "quick")
		r := row(m, "5.1-1")
		if r.Word != harness.Contrary || code != harness.ExitFail || !strings.Contains(r.Reason, "v2c public") {
			t.Errorf("exit %d, %s", code, explain(r))
		}
		if f := fails(m); len(f) != 2 { // the row, and its unit
			t.Errorf("only the community convicts by itself: %q", f)
		}
		m, code = l.run(l.addr(0), "--device", filepath.Join(dir, "device.yaml"), "--effort", "quick", "--only", "5.1-1,5.5-4,5.5-5,5.6-1,5.6-2")
		for id, want := range map[string]string{"5.1-1": "published community", "5.6-1": "snmp on UDP 161 answers, and no row of 15-Intf declares it", "5.5-4": "lets anybody read"} {
			if r := row(m, id); r.Verdict != harness.Fail || !strings.Contains(r.Reason, want) {
				t.Errorf("exit %d, %s", code, explain(r))
			}
		}
		if r := row(m, "5.6-2"); r.Verdict == harness.Fail || !strings.Contains(explain(r), "firmware 2.4.1") {
			t.Error(explain(r))
		}
	})
}

// A server of CoAP that shows a time to anybody is no fault where it is declared, and one where it is not.
func TestRealCoAP(t *testing.T) {
	inLab(t, 1, func(l *lab) {
		dir := l.lay(0, "coap")
		l.serve(0, "exec coap-server-notls -A "+l.addr(0))
		m, code := l.run(l.addr(0), "--state", "initialised", "--effort", "quick")
		if f := fails(m); len(f) > 0 || code != harness.ExitInconclusive {
			t.Errorf("exit %d, %q", code, f)
		}
		m, _ = l.run(l.addr(0), "--device", filepath.Join(dir, "device.yaml"), "--effort", "quick", "--only", "5.5-4,5.6-1,5.6-2")
		if f := fails(m); len(f) > 0 || !strings.Contains(explain(row(m, "5.6-1")), "every service that answers on UDP, is declared") {
			t.Errorf("%q\n%s", f, explain(row(m, "5.6-1")))
		}
		m, _ = l.run(l.addr(0), "--device", filepath.Join(dir, "silent.yaml"), "--effort", "quick", "--only", "5.6-1")
		if r := row(m, "5.6-1"); r.Verdict != harness.Fail || !strings.Contains(r.Reason, "coap on UDP 5683 answers") {
			t.Error(explain(r))
		}
	})
}
