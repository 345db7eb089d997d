package answers

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/secure-by-design/assay/harness/evidence"
)

// Name of the file beside the record.
const Name = "answers.jsonl"

// Bounds of a book.
const (
	MaxLine     = 1 << 20
	MaxEvidence = 64 << 20 // of one piece
)

// A line is an entry as it stands in the file.
type line struct {
	Entry
	raw []byte
}

// id is what a confirmation names an answer by: the SHA-256 of its line. It covers the signature and all before it.
func id(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// readLines reads and verifies the chain. Half a line at the end is none; good is the length of what is whole.
func readLines(path string) (lines []line, good int64, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("read the answers: %w", err)
	}
	defer f.Close()
	in, prev := bufio.NewReaderSize(f, MaxLine+1), ""
	for {
		raw, err := in.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			return lines, good, nil
		}
		broken := func(why string, a ...any) error {
			return &evidence.Broken{Path: path, Line: len(lines) + 1, Why: fmt.Sprintf(why, a...)}
		}
		if err != nil {
			return nil, 0, broken("a line of more than %d bytes", MaxLine)
		}
		raw = bytes.Clone(raw[:len(raw)-1])
		e, err := parseEntry(raw)
		if err != nil {
			return nil, 0, broken("%v", err)
		}
		if e.N != len(lines)+1 || e.Prev != prev {
			return nil, 0, broken("the chain does not hold here")
		}
		prev = id(raw)
		good += int64(len(raw)) + 1
		lines = append(lines, line{e, raw})
	}
}

func parseEntry(raw []byte) (e Entry, err error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&e); err != nil {
		return e, err
	}
	if dec.More() {
		return e, errors.New("more than one value in a line")
	}
	return e, nil
}

// Append writes entries at the end of the book in a run directory, signed by key (nil: only what needs no signature), and
// returns them as they stand there. They are on the disk when it returns. Two programs may answer at once.
func Append(dir string, key *Key, entries ...Entry) ([]Entry, error) {
	path := filepath.Join(dir, Name)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("write the answer: %w", err)
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil { // ends with the file
		return nil, fmt.Errorf("write the answer: lock %s: %w", path, err)
	}
	lines, good, err := readLines(path)
	if err != nil {
		return nil, err
	}
	prev := ""
	if len(lines) > 0 {
		prev = id(lines[len(lines)-1].raw)
	}
	var text []byte
	for i := range entries {
		e := &entries[i]
		e.N, e.Prev = len(lines)+i+1, prev
		raw, err := seal(e, key)
		if err != nil {
			return nil, fmt.Errorf("write the answer: %w", err)
		}
		prev = id(raw)
		text = append(append(text, raw...), '\n')
	}
	if err := f.Truncate(good); err != nil { // a torn line is none
		return nil, fmt.Errorf("write the answer: %w", err)
	}
	if _, err := f.WriteAt(text, good); err != nil {
		_ = f.Truncate(good) // best effort on a disk that is full; half a line is none anyway
		return nil, fmt.Errorf("write the answer: %w", err)
	}
	if err := errors.Join(f.Sync(), syncDir(dir)); err != nil {
		return nil, fmt.Errorf("write the answer: %w", err)
	}
	return entries, nil
}

// seal makes an entry's line.
func seal(e *Entry, key *Key) ([]byte, error) {
	e.Signature, e.Key = "", ""
	if key != nil {
		e.Key = key.Public()
	}
	raw, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	if key != nil {
		e.Signature = key.sign(raw)
		if raw, err = json.Marshal(e); err != nil {
			return nil, err
		}
	}
	if len(raw) > MaxLine-1 {
		return nil, fmt.Errorf("it has %d bytes, more than %d: attach what is long as evidence", len(raw), MaxLine)
	}
	return raw, nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// ErrSecret says that a secret of the device stood in what was to be kept.
var ErrSecret = errors.New("a secret of the device stands in it")

// Keep copies evidence into the run by its content, and returns its SHA-256. Nothing is cut out of it, since it is known by
// its hash elsewhere too: what holds a secret is refused.
func Keep(dir, name string, b []byte) (string, error) {
	if len(b) > MaxEvidence {
		return "", fmt.Errorf("keep %s: it is larger than %d bytes", name, MaxEvidence)
	}
	if !bytes.Equal(evidence.Cut(b), b) {
		return "", fmt.Errorf("keep %s: %w\n  black it out, and attach that", name, ErrSecret)
	}
	sum := id(b)
	path := evidence.Path(dir, sum)
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, b) {
		return sum, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", fmt.Errorf("keep %s: %w", name, err)
	}
	tmp, err := os.CreateTemp(dir, ".part-")
	if err != nil {
		return "", fmt.Errorf("keep %s: %w", name, err)
	}
	defer os.Remove(tmp.Name()) // no longer there when all went well
	_, err = tmp.Write(b)
	if err = errors.Join(err, tmp.Chmod(0o644), tmp.Sync(), tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return "", fmt.Errorf("keep %s: %w", name, err)
	}
	return sum, syncDir(filepath.Dir(path))
}

// held tells whether evidence is in the run, unaltered.
func held(dir, sha256 string) bool {
	if len(sha256) != 64 || filepath.Base(sha256) != sha256 {
		return false
	}
	b, err := os.ReadFile(evidence.Path(dir, sha256))
	return err == nil && id(b) == sha256
}
