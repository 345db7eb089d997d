package communication

import (
	"context"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/probe/http"
	"github.com/secure-by-design/assay/suites/seen"
)

// tellsNoSocket convicts a web socket that twice tells anybody what the entitled planted in a function. One that is open and tells
// nothing of it is left to a person: it may ask for the log-in inside, or take commands.
func tellsNoSocket(ctx context.Context, dut *DUT, f function, canary evidence.Secret) {
	for _, s := range spoken(ctx, dut, "http") {
		q := http.Sockets{Port: s.Addr.Port(), TLS: s.TLS}
		for _, o := range Ask(ctx, seen.Of(dut, s), q).Sockets {
			q.For = []evidence.Secret{canary}
			q.Look = 0
			told := tells(Ask(ctx, seen.Of(dut, s), q), o.Path)
			q.Look = 1
			told = told && tells(Ask(ctx, seen.Of(dut, s), q), o.Path)
			Expect(told).To(BeFalse(), "%s of %s is told to anybody by the web socket %s of %s", f.Name, f.service.ID, o.Path, seen.Name(s))
			Doubt(ctx, "%s opens the web socket %s to anybody (%d messages came by themselves): judge whether it takes commands before a log-in", seen.Name(s), o.Path, o.Frames)
		}
	}
}

// tells tells whether a socket showed what was looked for.
func tells(o http.Opened, path string) bool {
	for _, s := range o.Sockets {
		if s.Path == path && len(s.Shown) > 0 {
			return true
		}
	}
	return false
}
