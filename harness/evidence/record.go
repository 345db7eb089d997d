// Package evidence is the run directory: what was seen, in an order that cannot
// be changed unseen, without a secret in it.
//
// Its one idea is a chain of lines. Each line of events.jsonl carries the SHA-256
// of the line before it, and names the files in evidence/ by their content's
// SHA-256, so that the last line's hash stands for the whole run. Whatever a file
// holds, its name ends in .txt: no browser runs what a device sent.
//
//	rec, err := evidence.Create(dir)
//	n, err := rec.Append(evidence.Event{Kind: evidence.Saw, Key: "ssh.Offers{…}", Answer: b})
//	log, err := evidence.Load(dir) // verifies every line and file
package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// A Kind is what an event tells.
type Kind string

// Kinds of events.
const (
	Opened  Kind = "open"    // the run begins: who, what, by what right (Data)
	Begun   Kind = "begin"   // a unit begins
	Saw     Kind = "saw"     // a question was answered
	Doing   Kind = "doing"   // an operation is about to act; what undoes it is known
	Did     Kind = "did"     // an operation ended
	Used    Kind = "used"    // a unit was given answer Of
	Judged  Kind = "verdict" // a unit was judged (Data)
	Undone  Kind = "undone"  // what operation Of changed was put back, or Error
	Trouble Kind = "trouble" // of ours, or the device's: it was lost, it changed
	Closed  Kind = "close"   // the run ended by itself
)

// An Event is a line of the record.
type Event struct {
	N        int             `json:"n"`
	Prev     string          `json:"prev"` // SHA-256 of the line before, hex
	At       time.Time       `json:"at"`
	Kind     Kind            `json:"kind"`
	Device   string          `json:"device,omitempty"` // A or B
	Unit     string          `json:"unit,omitempty"`
	Epoch    int             `json:"epoch,omitempty"`
	Key      string          `json:"key,omitempty"`   // of the question or operation
	Shape    string          `json:"shape,omitempty"` // of its answer
	Answer   json.RawMessage `json:"answer,omitempty"`
	Error    string          `json:"error,omitempty"`
	Stopped  bool            `json:"stopped,omitempty"` // the asking was stopped: this is no answer
	Evidence []File          `json:"evidence,omitempty"`
	Of       int             `json:"of,omitempty"` // line that this one is about
	Data     json.RawMessage `json:"data,omitempty"`
}

// A File is a piece of evidence, kept as evidence/<SHA256>.txt.
type File struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// DefaultRunQuota bounds the evidence of one run, in bytes.
const DefaultRunQuota = 1 << 30

// ErrQuota says that the evidence of a run or a question exceeds its quota.
var ErrQuota = errors.New("more evidence than the quota allows")

// A Record is a run directory that is being written.
type Record struct {
	mu    sync.Mutex
	dir   string
	f     *os.File
	n     int
	prev  string
	size  int64 // of the good lines
	kept  int64
	err   error // sticky: after a failed write nothing more is written
	Quota int64 // bytes of evidence; 0 means DefaultRunQuota
}

// Create makes the directory and an empty record in it. A directory that holds one already is refused.
func Create(dir string) (*Record, error) {
	if err := os.MkdirAll(filepath.Join(dir, "evidence"), 0o755); err != nil {
		return nil, fmt.Errorf("create the run directory: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "events.jsonl"), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, fmt.Errorf("create the record: %w", err)
	}
	return &Record{dir: dir, f: f}, nil
}

// Continue opens a record that was cut short, to add to it.
func Continue(dir string) (*Record, *Log, error) {
	log, err := Load(dir)
	if err != nil {
		return nil, nil, err
	}
	path := filepath.Join(dir, "events.jsonl")
	if err := os.Truncate(path, log.size); err != nil { // a torn line is none
		return nil, nil, fmt.Errorf("continue the record: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("continue the record: %w", err)
	}
	return &Record{dir: dir, f: f, n: len(log.Events), prev: log.Head, size: log.size}, log, nil
}

// Append writes an event and returns its number. Doing and Judged events are on the disk when it returns.
func (r *Record) Append(e Event) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return 0, r.err
	}
	e.N, e.Prev = r.n+1, r.prev
	e.Answer, e.Data = cutJSON(e.Answer), cutJSON(e.Data)
	e.Error = string(Cut([]byte(e.Error)))
	b, err := json.Marshal(e)
	if err != nil {
		return 0, fmt.Errorf("write the record: %w", err)
	}
	if _, err := r.f.Write(append(b, '\n')); err != nil {
		r.err = fmt.Errorf("write the record: %w", err)
		os.Truncate(r.f.Name(), r.size) // half a line is none; best effort on a disk that is full
		return 0, r.err
	}
	r.n, r.size = e.N, r.size+int64(len(b))+1
	sum := sha256.Sum256(b)
	r.prev = hex.EncodeToString(sum[:])
	if e.Kind == Doing || e.Kind == Judged || e.Kind == Closed || e.Kind == Opened {
		if err := r.f.Sync(); err != nil {
			r.err = fmt.Errorf("write the record: %w", err)
		}
	}
	return r.n, r.err
}

// Put keeps evidence under its content's name, secrets cut out. It is idempotent; half a file is removed, and one that a dying host left is known by its hash.
func (r *Record) Put(name string, b []byte) (File, error) {
	b = Cut(b)
	sum := sha256.Sum256(b)
	f := File{name, hex.EncodeToString(sum[:])}
	path := filepath.Join(r.dir, Name(f.SHA256))
	r.mu.Lock()
	defer r.mu.Unlock()
	if present(Path(r.dir, f.SHA256)) {
		return f, nil
	}
	quota := r.Quota
	if quota == 0 {
		quota = DefaultRunQuota
	}
	if r.kept += int64(len(b)); r.kept > quota {
		return File{}, fmt.Errorf("keep %s: %w (%d bytes for the run)", name, ErrQuota, quota)
	}
	if err := write(path, b); err != nil {
		return File{}, fmt.Errorf("keep %s: %w", name, err)
	}
	return f, nil
}

// write makes the file, whole or not at all.
func write(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(path)
	}
	return err
}

// Name is where a run directory keeps the evidence of this SHA-256 (hex): with an extension that browsers show as text
// whatever stands in it. A bare name would be looked into, and rendered as the page of a hostile device.
func Name(sha256 string) string { return "evidence/" + sha256 + ".txt" }

// Path leads to evidence that a run directory holds. Older runs kept it without an extension.
func Path(dir, sha256 string) string {
	path := filepath.Join(dir, Name(sha256))
	if bare := strings.TrimSuffix(path, ".txt"); !present(path) && present(bare) {
		return bare
	}
	return path
}

func present(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// Head is the hash of the last line.
func (r *Record) Head() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.prev
}

// Err is the first failure to write, if any.
func (r *Record) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Close closes the file; it adds no event.
func (r *Record) Close() error { return r.f.Close() }

// Exists tells whether a directory holds a record.
func Exists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "events.jsonl"))
	return !errors.Is(err, fs.ErrNotExist)
}
