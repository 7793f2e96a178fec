-- idx_state_time begins with the same two columns: one index less for every order and change of state.
ALTER TABLE pay_order DROP KEY idx_list;
