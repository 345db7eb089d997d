package evidence

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// MaxLine bounds a line of a record, in bytes.
const MaxLine = 32 << 20

// A Log is a record that was read and verified.
type Log struct {
	Events   []Event
	Head     string // SHA-256 of the last line, hex
	Complete bool   // it ends with a Closed event
	Torn     bool   // half a line at the end was left out: the run was cut there
	size     int64  // of the good lines
}

// A Broken record is one that was altered: the line says where.
type Broken struct {
	Path string
	Line int
	Why  string
}

func (b *Broken) Error() string {
	return fmt.Sprintf("%s:%d: the record is broken: %s\n  it was altered, or lines are missing; use an untouched copy", b.Path, b.Line, b.Why)
}

// Load reads a record and verifies its chain and every file that it names. Half a line at the end is
// a cut run, not an alteration.
func Load(dir string) (*Log, error) {
	path := filepath.Join(dir, "events.jsonl")
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the record: %w", err)
	}
	defer f.Close()
	log, in := &Log{}, bufio.NewReaderSize(f, 1<<20)
	for {
		line, err := readLine(in)
		if errors.Is(err, io.EOF) {
			log.Torn = len(line) > 0
			return log, nil
		}
		broken := func(format string, a ...any) error {
			return &Broken{path, len(log.Events) + 1, fmt.Sprintf(format, a...)}
		}
		if err != nil {
			return nil, broken("%v", err)
		}
		var e Event
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, broken("%v", err)
		}
		if e.N != len(log.Events)+1 || e.Prev != log.Head {
			return nil, broken("the chain does not hold here")
		}
		if e.Of > len(log.Events) {
			return nil, broken("it speaks of line %d, which comes later", e.Of)
		}
		for _, ref := range e.Evidence {
			if err := verify(dir, ref); err != nil {
				return nil, broken("%v", err)
			}
		}
		sum := sha256.Sum256(line)
		log.Head = hex.EncodeToString(sum[:])
		log.Events = append(log.Events, e)
		log.Complete = e.Kind == Closed
		log.size += int64(len(line)) + 1
	}
}

// readLine returns a line without its end. What stands before the end of the file without one comes with io.EOF.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return line[:len(line)-1], nil
		case errors.Is(err, bufio.ErrBufferFull) && len(line) < MaxLine:
			continue
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, fmt.Errorf("a line of more than %d bytes", MaxLine)
		}
		return line, err
	}
}

func verify(dir string, ref File) error {
	if len(ref.SHA256) != 64 || filepath.Base(ref.SHA256) != ref.SHA256 {
		return fmt.Errorf("evidence %q has no proper name", ref.SHA256)
	}
	b, err := os.ReadFile(Path(dir, ref.SHA256))
	if err != nil {
		return fmt.Errorf("evidence %.8s (%s) is missing", ref.SHA256, ref.Name)
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != ref.SHA256 {
		return fmt.Errorf("evidence %.8s (%s) was altered", ref.SHA256, ref.Name)
	}
	return nil
}

// Compact is JSON without space, for comparing.
func Compact(b []byte) string {
	var out bytes.Buffer
	if json.Compact(&out, b) != nil {
		return string(b)
	}
	return out.String()
}
