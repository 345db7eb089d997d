package operate

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestFields(t *testing.T) {
	t.Parallel()
	var v any
	if err := json.Unmarshal([]byte(`{"name":"x","air":{"humidity":41.5,"on":true},"log":[{"t":1},{"t":2},null]}`), &v); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(fields(nil, "", v, 0)); got != "[{/air/humidity number} {/air/on boolean} {/log/t number} {/log/t number} {/name text}]" {
		t.Error(got)
	}
	if err := json.Unmarshal([]byte(strings.Repeat(`{"a":`, 100)+"1"+strings.Repeat("}", 100)), &v); err != nil {
		t.Fatal(err)
	}
	if got := fields(nil, "", v, 0); len(got) != 0 {
		t.Error(got)
	}
}
