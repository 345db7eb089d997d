package telnet

import (
	"context"
	"strings"
	"sync"
)

// prompts are last lines behind which a server fell silent: it waits there. Nil knows none.
type prompts struct {
	mu    sync.Mutex
	lines map[string]bool
}

type promptsKey struct{}

// Acquainted returns a context in which conversations with one server share its prompts, so that a long series of passwords does
// not sit out the same silences again. A line counts only as a whole: "login: " is known, "Last login: " is not.
func Acquainted(ctx context.Context) context.Context {
	return context.WithValue(ctx, promptsKey{}, &prompts{lines: map[string]bool{}})
}

// Bounds of what is remembered: a server that asks anew each time is waited for each time.
const (
	maxPrompts = 8
	maxPrompt  = 200 // bytes
)

func (p *prompts) has(s said) bool {
	if p == nil || s.prompt == Nothing {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lines[lastLine(s.text)]
}

func (p *prompts) learn(s said) {
	last := lastLine(s.text)
	if p == nil || s.prompt == Nothing || len(last) > maxPrompt {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.lines) < maxPrompts {
		p.lines[last] = true
	}
}

// lastLine is the end of a text, from the last line that holds anything.
func lastLine(text string) string {
	return text[strings.LastIndexByte(strings.TrimRight(text, " \n"), '\n')+1:]
}
