package ledger

import (
	"context"
	"encoding/json"
	"fmt"

	"zafe/app/op"
)

// note names the subject of the running operation for its audit event, with facts as its payload.
func note(ctx context.Context, kind string, id int64, digest string, facts any) error {
	payload, err := json.Marshal(facts)
	if err != nil {
		return fmt.Errorf("ledger: event of %s %d: %w", kind, id, err)
	}
	op.Note(ctx, kind, id, digest, string(payload))
	return nil
}
