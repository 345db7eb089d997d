package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/reports"
)

// progress shows how a run goes: one living line on a terminal, a plain line a verdict in a pipe.
type progress struct {
	mu      sync.Mutex
	w       io.Writer
	live    bool
	width   int
	targets int
	bare    provisions.Edition // the one that is judged where nothing is declared; "" where something is
	began   time.Time
	planned map[string]int
	done    map[string]int
	drawn   bool
}

func newProgress(w io.Writer, targets int) *progress {
	width, live := terminal(w)
	return &progress{w: w, live: live, width: width, targets: targets, began: time.Now(), planned: map[string]int{}, done: map[string]int{}}
}

// hear takes a worker's message.
func (p *progress) hear(target string, m harness.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case m.Planned != nil:
		p.planned[target] = len(m.Planned)
		if !p.live {
			fmt.Fprintf(p.w, "%s: %d units planned\n", safe(target), len(m.Planned))
		}
	case m.Judged != nil:
		p.done[target]++
		if !p.live {
			o := *m.Judged
			if p.bare != "" {
				o = harness.Unclaimed(p.bare, o)
			}
			fmt.Fprintf(p.w, "%s%s\n", p.prefix(target), reports.Line(o))
		}
	case m.Asking != "" && p.live:
		p.draw(target, m.Asking)
	case m.Begun != "" && p.live:
		p.draw(target, m.Begun+" "+m.Purpose)
	}
}

func (p *progress) prefix(target string) string {
	if p.targets < 2 {
		return ""
	}
	return safe(target) + ": "
}

// draw writes the living line over itself.
func (p *progress) draw(target, what string) {
	done, all := 0, 0
	for t, n := range p.planned {
		all += n
		done += p.done[t]
	}
	line := []rune(fmt.Sprintf("%d/%d  %s  %s%s", done, all, time.Since(p.began).Round(time.Second), p.prefix(target), safe(what)))
	if len(line) > p.width-1 {
		line = append(line[:max(0, p.width-2)], '…')
	}
	fmt.Fprintf(p.w, "\r\x1b[K%s", string(line))
	p.drawn = true
}

// clear removes the living line, so that something lasting can be written.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.drawn = false
	}
}

func (p *progress) end() { p.clear() }
