package specimen

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// Single data are counted by the minute, and dropped a minute after it.
const (
	ofMinute = time.Minute
	keptFor  = time.Minute
)

var (
	_ = declares("raw-samples-kept-after-aggregation", counted...)
	_ = declares("means-of-the-minute", counted...)
)

var counted = datum(row{"Description": "Marks that somebody set in the log", "Processing Activities": "Shown at the page of the device.", "interval_s": "60", "retention_s": "60",
	"Purpose": "The owner sees how many marks there were in each minute.", "Aggregation": "Count of each minute, made on the device; the single data are overwritten a minute later.",
	"Lifecycle": "Single data are overwritten after two minutes, counts with the next start."})

// Its notice speaks of the marks.
var _ = oddly("means-of-the-minute", reword("/privacy", "<h2>By whom</h2>",
	"<p>Marks that somebody set in the log are shown at the page of the device. The owner sees how many marks there were in each minute; single ones are overwritten after two minutes.</p><h2>By whom</h2>"))

// A notch is a single datum.
type notch struct {
	at   time.Time
	text string
}

// logging are the marks and their counts.
func (d *Device) logging(mux *http.ServeMux) {
	if !d.any("raw-samples-kept-after-aggregation", "means-of-the-minute") {
		return
	}
	var marks []notch
	for path, h := range map[string]func(http.ResponseWriter, *http.Request, session){
		"POST /api/marks": func(w http.ResponseWriter, r *http.Request, _ session) {
			var in struct{ Text string }
			if json.NewDecoder(r.Body).Decode(&in) != nil || len(in.Text) > 200 {
				reply(w, 400, "error", "that is not JSON, or too long")
				return
			}
			d.mu.Lock()
			defer d.mu.Unlock()
			if len(marks) < 1000 {
				marks = append(marks, notch{d.Clock.Now(), in.Text})
				d.issued = append(d.issued, in.Text) // a canary
			}
			reply(w, 201, "done", true)
		},
		"GET /api/marks": func(w http.ResponseWriter, _ *http.Request, _ session) {
			d.mu.Lock()
			defer d.mu.Unlock()
			now, counts, single := d.Clock.Now(), map[string]int{}, []string{}
			for _, m := range marks {
				counts[m.at.Truncate(ofMinute).UTC().Format(time.RFC3339)]++
				if now.Sub(m.at) < ofMinute+keptFor || d.is("raw-samples-kept-after-aggregation") {
					single = append(single, m.text)
				}
			}
			reply(w, 200, "counts", counts, "marks", single)
		},
		"DELETE /api/marks": func(w http.ResponseWriter, _ *http.Request, _ session) {
			d.mu.Lock()
			defer d.mu.Unlock()
			marks = slices.Delete(marks, 0, len(marks))
			reply(w, 200, "done", true)
		},
	} {
		mux.HandleFunc(path, d.authenticated(path, d.owners(h)))
	}
}
