package leave

import (
	"context"

	"zafe/app/op"
)

// Pass is one look of Care.
func (s *Service[T]) Pass(ctx context.Context, c op.Caller) error { return s.pass(ctx, c) }
