package tls_test

import (
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/probe/tls"
)

// BenchmarkOffers asks a server that offers all that OpenSSL has, and reports the time as a part of sslscan's for the same
// server: "of-sslscan" is to be at most 0.2.
func BenchmarkOffers(b *testing.B) {
	port := lax(b)
	var ours, theirs time.Duration
	for b.Loop() {
		begun := time.Now()
		if _, err := (tls.Offers{Port: port}).Ask(b.Context(), device(b, port)); err != nil {
			b.Fatal(err)
		}
		ours += time.Since(begun)
		begun = time.Now()
		sslscan(b, port)
		theirs += time.Since(begun)
	}
	b.ReportMetric(float64(ours)/float64(theirs), "of-sslscan")
	b.ReportMetric(float64(ours.Milliseconds())/float64(b.N), "ms/ask")
	b.ReportMetric(float64(theirs.Milliseconds())/float64(b.N), "ms/sslscan")
}

// Each suite that sslscan finds, in each version, is found here.
func TestSameSuitesAsSSLScan(t *testing.T) {
	t.Parallel()
	port := lax(t)
	o, found := ask(t, tls.Offers{Port: port}), sslscan(t, port)
	if len(found) < 50 {
		t.Fatalf("sslscan found only %d suites: %v", len(found), found)
	}
	var ours []string
	for _, v := range o.Versions {
		for _, s := range v.Suites {
			ours = append(ours, fmt.Sprintf("%s 0x%04X", v.Name, s.ID))
		}
	}
	for _, f := range found {
		if !slices.Contains(ours, f) {
			t.Errorf("sslscan found %s, this package did not", f)
		}
	}
	t.Logf("sslscan %d, here %d", len(found), len(ours))
}

var row = regexp.MustCompile(`(?:Accepted|Preferred)\s+(?:\x1b\[\d*m)*(SSLv3|TLSv1\.\d)(?:\x1b\[\d*m)*\s.*?(0x[0-9A-F]{4})`)

// sslscan lists "TLS 1.2 0xC02F" for each suite that it sees.
func sslscan(t testing.TB, port uint16) (found []string) {
	t.Helper()
	path, err := exec.LookPath("sslscan")
	if err != nil {
		t.Skip("sslscan is not installed")
	}
	out, err := exec.Command(path, "--no-colour", "--show-cipher-ids", fmt.Sprintf("127.0.0.1:%d", port)).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	names := map[string]string{"SSLv3": "SSL 3.0", "TLSv1.0": "TLS 1.0", "TLSv1.1": "TLS 1.1", "TLSv1.2": "TLS 1.2", "TLSv1.3": "TLS 1.3"}
	for _, m := range row.FindAllSubmatch(out, -1) {
		found = append(found, names[string(m[1])]+" "+string(m[2]))
	}
	return found
}
